/** The newest lines of bash's history by their numbers, read without a fork. */
import { v } from "./numbers.ts";

/** Lines of one paste that are looked up; more of them in one go are no longer typed by hand. */
const MOST_LINES = 1000;

/** Functions for the hook's script. */
export const BASH_HISTORY_LIST =
  `# The newest lines of the history and when they came in: all since the look before, and one at least.
__rustory_read() {
  local __rustory_listed= __rustory_count __rustory_i
  local __rustory_lowest=$((__rustory_seen < 0 ? __rustory_now : __rustory_seen + 1))
  for ((__rustory_i = __rustory_first; __rustory_i <= ${v("noted")}; __rustory_i++)); do
    ((__rustory_entry[__rustory_i] >= __rustory_lowest)) || __rustory_lowest=\${__rustory_entry[__rustory_i]}
  done
  __rustory_count=$((__rustory_now - __rustory_lowest + 1))
  ((__rustory_count > 0)) || __rustory_count=1
  ((__rustory_count <= ${MOST_LINES})) || __rustory_count=${MOST_LINES}
  __rustory_list "$__rustory_count" "$__rustory_line" || __rustory_list "$__rustory_count" "$__rustory_spare" ||
    __rustory_listed=$(HISTTIMEFORMAT='%s ' builtin history "$__rustory_count")
  # Substitutions take away a newline, and history adds one.
  [[ \${__rustory_listed: -1} != $'\\n' ]] || __rustory_listed=\${__rustory_listed:0:\${#__rustory_listed}-1}
  ((${v("looks")} > 1)) || __rustory_first_number
  if ((__rustory_count == 1)); then
    __rustory_parse "$__rustory_now" "$__rustory_listed"
  else
    __rustory_parse_all "$((__rustory_now - __rustory_count + 1))"
  fi
}

# At the first prompt bash 5.3 counts a line that is not there yet.
__rustory_first_number() {
  local __rustory_head
  __rustory_number_of "$__rustory_listed"
  [[ -n $__rustory_head ]] || return 0
  __rustory_now=$__rustory_head
  ((${v("number")} = __rustory_now, 1))
}

# The number in front of what \`history\` prints, in __rustory_head.
__rustory_number_of() {
  __rustory_head=\${1:0:60}
  __rustory_head=\${__rustory_head#"\${__rustory_head%%[0-9]*}"}
  __rustory_head=\${__rustory_head%%[^0-9]*}
}

# For bash 5.0, where the number is always 1 while prompt commands and traps run: as newer ones have it.
__rustory_ask_number() {
  local __rustory_listed= __rustory_head
  { [[ -s $__rustory_line ]] || builtin history 1 >>"$__rustory_line"; } &&
    builtin mapfile -td '' __rustory_listed <"$__rustory_line" && >|"$__rustory_line" ||
    __rustory_listed=$(builtin history 1)
  __rustory_number_of "\${__rustory_listed-}"
  __rustory_bang=\${__rustory_head:-1}
}

# One line as \`history\` prints it: number, mark, seconds and text.
__rustory_parse() {
  local __rustory_head=\${2:0:60} __rustory_all
  builtin printf -v __rustory_all '%5d' "$1"
  [[ $__rustory_head == "$__rustory_all"[\\ *]\\ [0-9]* ]] || return 0
  __rustory_head=\${__rustory_head:\${#__rustory_all}+2}
  __rustory_times[$1]=\${__rustory_head%%[^0-9]*}
  __rustory_lines[$1]=\${2:\${#__rustory_all}+\${#__rustory_times[$1]}+3}
}

# Several, from number $1 on. In bytes: elsewhere patterns take a time that grows with the square.
__rustory_parse_all() {
  local LC_ALL=C __rustory_i __rustory_one __rustory_mark
  for ((__rustory_i = $1; __rustory_i <= __rustory_now; __rustory_i++)); do
    builtin printf -v __rustory_mark '\\n%5d' "$((__rustory_i + 1))"
    __rustory_one=\${__rustory_listed%%"$__rustory_mark"[\\ *]\\ [0-9]*}
    __rustory_parse "$__rustory_i" "$__rustory_one"
    __rustory_listed=\${__rustory_listed:\${#__rustory_one}+1}
  done
}

# The end of the history through a file: a builtin can fill a variable from one, while a substitution
# would fork. It is empty but for a moment, and appended to: ext4 writes a file that is replaced at once.
__rustory_list() {
  if [[ -s $2 ]]; then
    >|"$2" || return 1
  elif [[ ! -e $2 ]]; then
    __rustory_create "$2" || return 1
  fi
  if [[ -n \${HISTTIMEFORMAT+x} && \${HISTTIMEFORMAT@a} == *r* ]]; then
    # Read-only: \`fc\` never prints a time. It gives the last line alone.
    builtin fc -ln -0 >>"$2" || return 1
    builtin mapfile -td '' __rustory_listed <"$2"
    builtin printf -v __rustory_listed '%5d  0 %s' "$__rustory_now" "\${__rustory_listed#??}"
  else
    HISTTIMEFORMAT='%s ' builtin history "$1" >>"$2" || return 1
    builtin mapfile -td '' __rustory_listed <"$2"
  fi
  >|"$2"
  [[ -n $__rustory_listed ]]
}
`;
