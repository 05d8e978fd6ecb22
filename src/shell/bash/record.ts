/**
 * How the bash hook records: PS0 notes, the first prompt command looks.
 *
 * **PS0** is expanded by the shell itself between Enter and the command, for each line of a paste too.
 * Arithmetic and `${x:=word}` in it note the time, the last number of the history, the status and the
 * folder, without running a command.
 *
 * **The look** is a `for` over words that expand to nothing: it notes status and end, and nothing of it
 * is a command, so no DEBUG trap sees it and `$?` and PIPESTATUS stay as they are. If there is something
 * to write, the loop runs once. Where a DEBUG trap is set it does not: there a command substitution, in
 * which such traps are off, does the writing (a fork, but no process that is started).
 *
 * **The text** comes from the history, by number, with the time at which bash took it in. bash's list,
 * its file and HISTCONTROL are only read. A repeat that ignoredups keeps out of the list is told from a
 * hidden line by BASH_COMMAND, the last simple command that ran.
 *
 * All that changes is kept in arrays, which `set -a` does not export.
 */

/**
 * A number of the shell's. Each is an array, used without an index: `set -a` exports no arrays, and
 * prompts cannot hold an index within an index.
 */
const v = (name: NumberName): string => `__rustory_n_${name}`;
const NUMBERS = {
  /** Commands noted by PS0. */
  noted: 0,
  /** Of these, how many have been dealt with. */
  done: 0,
  /** The last number of the history at the look before. */
  seen: -1,
  /** Looks that found something. */
  looks: 0,
  /** 1 where a DEBUG trap may be set. */
  trapped: 1,
  status: 0,
  endUs: 0,
  /** The last number of the history now. */
  number: 0,
  /** 0 nothing to do, 1 write here, 2 write in a substitution. */
  job: 0,
  /** When the look before was, in microseconds. */
  lookedUs: 0,
  /** 1 where PROMPT_COMMAND became read-only. */
  fixed: 0,
  /** How often we moved to the front; at the limit we stay where we are. */
  moves: 0,
} as const;
type NumberName = keyof typeof NUMBERS;

/** Behind every element that anybody adds. */
const RESERVE = 1000;
/** Others that want to be first too must not be fought for ever. */
const MOST_MOVES = 8;
/** Lines of one paste that are looked up; more of them in one go are no longer typed by hand. */
const MOST_LINES = 1000;

const noted = (array: string): string => `${array}[${v("noted")}]`;
/** Notes a string in an array, where it has none yet, and expands to nothing. */
const keep = (target: string, word: string): string =>
  `\${__rustory_none:\${__rustory_zero/"\${${target}:=${word}}"/0}:0}`;
const calculate = (...steps: string[]): string => `\${__rustory_none:$((${steps.join(",")},0)):0}`;
const MICROSECONDS = "${EPOCHREALTIME//[^0-9]/}";

// No "!" but the one that is meant: in posix mode that is the number too.
const PS0 = [
  calculate(
    `${v("noted")}++`,
    `${noted("__rustory_before")}=$?`,
    `${noted("__rustory_start")}=${MICROSECONDS}`,
    `${noted("__rustory_entry")}=\\!`,
  ),
  keep(noted("__rustory_cwd"), "$PWD"),
  keep(noted("__rustory_word"), "$BASH_COMMAND"),
  // Whoever took us out of PROMPT_COMMAND: an empty one gets us back, and after two commands without a
  // look we are appended.
  keep(
    `PROMPT_COMMAND[${v("noted")}-${v("done")}>1&&${v("fixed")}==0?${RESERVE}:0]`,
    "$__rustory_element",
  ),
].join("");

const LOOK = calculate(
  `${v("status")}=$?`,
  `${v("endUs")}=${MICROSECONDS}`,
  `${v("number")}=\${__rustory_bang@P}`,
  `${v("job")}=${v("noted")}>${v("done")}||${v("number")}-${v("seen")}?1+${v("trapped")}:0`,
  `${v("looks")}+=${v("job")}>0`,
);

// The text of the last line stays in the shell; the answer is whether there is a DEBUG trap.
const IN_SUBSTITUTION = `\${__rustory_forks[${v("job")}]:+` +
  keep(
    `__rustory_last[${v("looks")}]`,
    "$( { __rustory_debug=$(builtin trap -p DEBUG); builtin trap - DEBUG; __rustory_apart; } " +
      "3>&1 >/dev/null 2>&1 )",
  ) + calculate(
    `${v("trapped")}=$?&1`,
    `${v("number")}=$?&2?0:${v("number")}`,
    ...settled(),
  ) + "}";

// What is handled is forgotten: a number takes less room than a text.
function settled(): string[] {
  return [
    `${v("done")}=${v("noted")}`,
    `${v("seen")}=${v("number")}`,
    `${v("lookedUs")}=${v("endUs")}`,
    `__rustory_cwd[${v("noted")}]=0`,
    `__rustory_word[${v("noted")}]=0`,
    `__rustory_last[${v("looks")}-1]=0`,
  ];
}

// By the length: patterns of that size take a while.
const MOVED = `\${__rustory_mobile[${v("moves")}]:+` +
  "${PROMPT_COMMAND+${__rustory_moved[${#PROMPT_COMMAND}==${#__rustory_element}]}}" +
  "${bash_preexec_imported-}${__bp_imported-}}";

const ELEMENT = "for __rustory_x in " + LOOK +
  keep(`__rustory_witness[${v("looks")}]`, "$BASH_COMMAND") +
  IN_SUBSTITUTION + `\${__rustory_runs[${v("job")}]}` + MOVED +
  '; do __rustory_limit; builtin trap -p DEBUG EXIT >|"$__rustory_line"; __rustory_prompt; done 2>/dev/null';

/** Runs when the shell ends while a command has not come back: closed terminals, `exit`. */
const ON_EXIT = `for __rustory_x in ${calculate(`${v("status")}=$?`)}` +
  `\${__rustory_start[${v("done")}+1]:+1}; do __rustory_exit; done 2>/dev/null`;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Functions and state for the hook's script; `follow`: respect an unset HISTFILE. */
export function bashRecorder(follow: boolean): string {
  return `__rustory_none= __rustory_zero=0 __rustory_bang='\\!' __rustory_follow=${follow ? 1 : ""}
${Object.entries(NUMBERS).map(([name, first]) => `__rustory_n_${name}=(${first})`).join(" ")}
__rustory_runs=('' 1 '') __rustory_forks=('' '' 1) __rustory_moved=(1 '')
__rustory_mobile=(${"1 ".repeat(MOST_MOVES).trim()})
__rustory_start=() __rustory_entry=() __rustory_before=() __rustory_cwd=() __rustory_word=()
__rustory_witness=() __rustory_last=() __rustory_x=()
__rustory_ps0=${quoted(PS0)}
__rustory_element=${quoted(ELEMENT)}
__rustory_on_exit=${quoted(ON_EXIT)}
# Writing past a limit on the size of files would end the shell.
__rustory_limit() { [[ -n $__rustory_own_limit ]] || builtin trap '' XFSZ; }
__rustory_unlimit() { [[ -n $__rustory_own_limit ]] || builtin trap - XFSZ; }
__rustory_own_limit=

# The loop's body. The file has what traps there are, as only the top level sees them.
__rustory_prompt() {
  local -
  builtin set +aeuxTE
  local IFS=$' \\t\\n' __rustory_traps= __rustory_text=
  IFS= builtin read -r -d '' __rustory_traps <"$__rustory_line"
  [[ $__rustory_traps == *' DEBUG'* ]] && ${v("trapped")}=1
  [[ $${v("job")} == 0 ]] || __rustory_take
  __rustory_unlimit
  __rustory_on_exit "$__rustory_traps"
  __rustory_place
}

# In a command substitution: says what the last line is, and by its status whether there is a DEBUG trap (1)
# and whether the history is empty (2), which its number does not tell.
__rustory_apart() {
  local - __rustory_text= __rustory_trapped=0
  builtin set +aeuxTE
  [[ -z $__rustory_debug ]] || __rustory_trapped=1
  __rustory_take
  builtin printf '%s' "\${__rustory_last[${v("looks")}]}" >&3
  return "$((__rustory_trapped + (${v("number")} == 0 ? 2 : 0)))"
}

# Called by a function of others, or as a whole prompt command where that is one string (bash 5.0).
__rustory_precmd() {
  local __rustory_status=$? -
  builtin set +aeuxTE
  {
    : "${LOOK}"
    ${v("status")}=$__rustory_status
    # Only the caller is seen here.
    __rustory_witness[${v("looks")}]=
    local IFS=$' \\t\\n' __rustory_text=
    [[ $${v("job")} == 0 ]] || __rustory_take
    __rustory_unlimit
    __rustory_place
  } 2>/dev/null
  return "$__rustory_status"
}

__rustory_exit() {
  local -
  builtin set +aeuxTE
  local IFS=$' \\t\\n' __rustory_text=
  ((BASH_SUBSHELL == 0)) || return 0
  : "${
    calculate(
      `${v("endUs")}=${MICROSECONDS}`,
      `${v("looks")}++`,
      `${v("number")}=\${__rustory_bang@P}`,
    )
  }"
  __rustory_witness[${v("looks")}]=$BASH_COMMAND
  __rustory_take
}

# Everything since the look before: the commands that PS0 noted, and lines that came into the history
# without one.
__rustory_take() {
  local __rustory_lines=() __rustory_times=() __rustory_i __rustory_sub=0
  local __rustory_now=$${v("number")} __rustory_seen=$${v("seen")}
  local __rustory_first=$((${v("done")} + 1)) __rustory_since=$((${v("lookedUs")} / 1000000))
  local __rustory_known __rustory_known_time __rustory_known_word
  __rustory_recall "\${__rustory_last[${v("looks")} - 1]-}"
  __rustory_limit
  __rustory_read
  if ((${v("looks")} > 1)); then
    for ((__rustory_i = __rustory_first; __rustory_i <= ${v("noted")}; __rustory_i++)); do
      __rustory_noted "$__rustory_i"
      __rustory_seen=\${__rustory_entry[__rustory_i]}
    done
    # The number of an empty history is that of the first line.
    # After a command that PS0 noted only the lines of an editor were run; \`history -r\` reads others.
    if ((__rustory_now > __rustory_seen)) && [[ $__rustory_first -gt $${v("noted")} ||
      \${__rustory_witness[${v("looks")}]-} == ?(builtin\\ |command\\ |\\\\)fc* ]]; then
      __rustory_unnoted $((__rustory_seen + 1)) "$__rustory_now" "$${v("status")}" \\
        "\${__rustory_start[${v("noted")}]-0}"
    fi
  fi
  ((\${#__rustory_lines[@]})) || ${v("number")}=0
  __rustory_last[${
    v("looks")
  }]="\${__rustory_times[__rustory_now]:-0} \${#__rustory_known_word} $__rustory_known_word\${__rustory_lines[__rustory_now]-}"
  for ((__rustory_i = ${v("done")}; __rustory_i < ${v("noted")}; __rustory_i++)); do
    unset -v "__rustory_cwd[__rustory_i]" "__rustory_word[__rustory_i]" "__rustory_start[__rustory_i]" \\
      "__rustory_entry[__rustory_i]" "__rustory_before[__rustory_i]"
  done
  unset -v "__rustory_witness[${v("looks")} - 1]" "__rustory_last[${v("looks")} - 2]"
  ((${settled().join(", ")}, 1))
}

# What __rustory_last has: a time, a length, what ran last for the line, and the line. Patterns are slow
# in long texts.
__rustory_recall() {
  local __rustory_head=\${1:0:40}
  __rustory_known_time=\${__rustory_head%%\\ *}
  __rustory_head=\${__rustory_head#*\\ }
  local __rustory_length=\${__rustory_head%%\\ *}
  local __rustory_at=$((\${#__rustory_known_time} + \${#__rustory_length} + 2))
  __rustory_known_word=\${1:__rustory_at:__rustory_length}
  __rustory_known=\${1:__rustory_at+__rustory_length}
}

# One command that PS0 noted. It is recorded with the line that came into the history for it.
__rustory_noted() {
  local __rustory_at=\${__rustory_entry[$1]} __rustory_status=\${__rustory_before[$1 + 1]-$${
    v("status")
  }}
  local __rustory_end=\${__rustory_start[$1 + 1]-$${v("endUs")}}
  local __rustory_ran=\${__rustory_word[$1 + 1]-\${__rustory_witness[${
    v("looks")
  }]-}} __rustory_text=
  if ((__rustory_at > __rustory_seen + 1)); then
    if [[ :$BASHOPTS: == *:cmdhist:* ]]; then
      __rustory_unnoted $((__rustory_seen + 1)) $((__rustory_at - 1)) "\${__rustory_before[$1]}"
    else
      local __rustory_i
      for ((__rustory_i = __rustory_seen + 1; __rustory_i < __rustory_at; __rustory_i++)); do
        __rustory_text+=\${__rustory_lines[__rustory_i]-}$'\\n'
      done
    fi
  fi
  __rustory_choose "$1" || return 0
  __rustory_record "$1" "\${__rustory_start[$1]}" "$__rustory_end" "$__rustory_status" \\
    "\${__rustory_cwd[$1]-$PWD}" "$__rustory_text"
}

# Finds the text of command $1, or that there is none to be recorded.
__rustory_choose() {
  local __rustory_line=\${__rustory_lines[__rustory_at]-} __rustory_time=\${__rustory_times[__rustory_at]-}
  local __rustory_is_new=
  if [[ $__rustory_ran == ?(builtin\\ |command\\ |\\\\)history\\ -[sp]* ]]; then
    # These take their own line out of the history.
    __rustory_text=$__rustory_ran
    return 0
  elif ((__rustory_at > __rustory_now)); then
    # The command shortened the history; its own line may still be the last.
    __rustory_line=\${__rustory_lines[__rustory_now]-}
    [[ -n $__rustory_line && $__rustory_line == *"$__rustory_ran"* ]] || return 1
    __rustory_is_new=1
  elif ((__rustory_time > 0 && __rustory_time < __rustory_since)); then
    # Older than the prompt.
    :
  elif ((__rustory_at == __rustory_seen + 1)); then
    __rustory_is_new=1
  elif [[ $__rustory_line != "$__rustory_known" || $__rustory_time != "$__rustory_known_time" ]]; then
    # Others rewrote the history, or erasedups took a line from further up.
    __rustory_is_new=1
  fi
  if [[ -n $__rustory_is_new ]]; then
    __rustory_text+=$__rustory_line
  elif [[ -n $__rustory_known ]] && __rustory_is_repeat; then
    __rustory_text=$__rustory_known
  else
    return 1
  fi
  __rustory_known=$__rustory_text __rustory_known_time=$__rustory_time __rustory_known_word=$__rustory_ran
  [[ -n $__rustory_text ]]
}

# Whether a line that did not come into the history is the last one again, and not one that is hidden.
__rustory_is_repeat() {
  [[ \${HISTCONTROL-} == *@(ignoredups|ignoreboth|erasedups)* || \${HISTIGNORE-} == *'&'* ]] || return 1
  [[ $__rustory_ran != "$__rustory_known_word" || -z $__rustory_ran ]] || return 0
  [[ \${HISTCONTROL-} != *@(ignorespace|ignoreboth)* && \${HISTIGNORE-&} == '&' ]]
}

# Lines $1 to $2 of the history, for which PS0 was not expanded: comments, syntax errors, what came from
# an editor (C-x C-e, fc). $3 is the
# status of the last, $4 a time before which it was not. Prompt commands may have put others' lines in.
__rustory_unnoted() {
  local __rustory_i __rustory_line __rustory_time __rustory_status __rustory_start
  for ((__rustory_i = $1; __rustory_i <= $2; __rustory_i++)); do
    __rustory_line=\${__rustory_lines[__rustory_i]-} __rustory_time=\${__rustory_times[__rustory_i]:-0}
    ((__rustory_time >= __rustory_since)) || continue
    ((__rustory_time > __rustory_since)) || [[ $__rustory_line == \\#* ]] || ! __rustory_is_shared || continue
    __rustory_status=0
    [[ $__rustory_i != "$2" || $__rustory_line == \\#* ]] || __rustory_status=$3
    # Times are whole seconds there; after the look before it was in any case.
    __rustory_start=$((__rustory_time * 1000000))
    ((__rustory_start > ${v("lookedUs")})) || __rustory_start=$((${v("lookedUs")}))
    ((__rustory_start > \${4-0})) || __rustory_start=$4
    ((__rustory_sub++))
    __rustory_record "$${v("looks")} $__rustory_sub" "$__rustory_start" "$__rustory_start" \\
      "$__rustory_status" "$PWD" "$__rustory_line"
  done
}

# Whether a prompt command reads lines of other shells into this history.
__rustory_is_shared() {
  local __rustory_one
  [[ "\${PROMPT_COMMAND[*]-}" != *history* ]] || return 0
  for __rustory_one in \${PROMPT_COMMAND[*]//[\\;\\&\\|]/ }; do
    [[ $__rustory_one == __rustory_* || $(builtin declare -f -- "$__rustory_one") != *history\\ * ]] || return 0
  done
  return 1
}

# The newest lines of the history and when they came in: all since the look before, and one at least.
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
  if ((__rustory_count == 1)); then
    __rustory_parse "$__rustory_now" "$__rustory_listed"
  else
    __rustory_parse_all "$((__rustory_now - __rustory_count + 1))"
  fi
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
    : >|"$2" || return 1
  elif [[ ! -e $2 ]]; then
    __rustory_create "$2" || return 1
  fi
  if [[ -n \${HISTTIMEFORMAT+x} && \${HISTTIMEFORMAT@a} == *r* ]]; then
    # Read-only: \`fc\` never prints a time. It gives the last line alone.
    builtin fc -ln -0 >>"$2" || return 1
    IFS= builtin read -r -d '' __rustory_listed <"$2"
    builtin printf -v __rustory_listed '%5d  0 %s' "$__rustory_now" "\${__rustory_listed#??}"
  else
    HISTTIMEFORMAT='%s ' builtin history "$1" >>"$2" || return 1
    IFS= builtin read -r -d '' __rustory_listed <"$2"
  fi
  : >|"$2"
  [[ -n $__rustory_listed ]]
}

# One record: see "spool record" in the sources. Only this shell writes to the file.
__rustory_record() {
  [[ -n $6 && $6 != [[:blank:]]* && -z \${RUSTORY_HOOK_DISABLE-}$__rustory_paused ]] || return 0
  [[ -z $__rustory_follow || -n \${HISTFILE-} ]] || return 0
  [[ -e $__rustory_spool ]] || __rustory_create "$__rustory_spool" || return 0
  local __rustory_took=$((($3 - $2) / 1000))
  ((__rustory_took >= 0)) || __rustory_took=0
  builtin printf '\\x1err1\\0%s\\0%s\\0%s\\0%s\\0bash\\0%s\\0%s\\0%s\\0\\n' "$1" "$(($2 / 1000))" \\
    "$__rustory_took" "$4" "\${HOSTNAME-}" "$5" "$6" >>"$__rustory_spool"
}

# 0600 whatever the umask is. That is in a file on Linux; elsewhere it takes a file to learn it without
# a fork.
__rustory_create() {
  local __rustory_name= __rustory_umask=
  if [[ -r /proc/$$/status ]]; then
    while builtin read -r __rustory_name __rustory_umask; do
      [[ $__rustory_name != Umask: ]] || break
    done </proc/$$/status
  fi
  if [[ $__rustory_name != Umask: ]]; then
    builtin umask >>"$__rustory_line"
    builtin read -r __rustory_umask <"$__rustory_line"
    : >|"$__rustory_line"
  fi
  builtin umask 077
  : >>"$1"
  local __rustory_made=$?
  builtin umask "\${__rustory_umask:-022}"
  return "$__rustory_made"
}

# Puts us in front, so that no other tool's time counts as the command's; elements of an array (5.1 and
# newer) leave $? and PIPESTATUS alone. bash-preexec insists on being first and calls us itself.
__rustory_place() {
  local __rustory_one __rustory_rest=() __rustory_front=$__rustory_element
  # Prompts that are not expanded would show it.
  if [[ :$BASHOPTS: != *:promptvars:* ]]; then
    PS0=\${PS0//"$__rustory_ps0"/}
  elif [[ \${PS0-} != *__rustory_n_noted* ]]; then
    PS0=\${PS0-}$__rustory_ps0
  fi
  [[ \${PROMPT_COMMAND@a} != *r* ]] || ${v("fixed")}=1
  if [[ -n \${bash_preexec_imported-}\${__bp_imported-} ]]; then
    [[ \${precmd_functions[0]-} != __rustory_precmd || "\${PROMPT_COMMAND[*]-}" == *"$__rustory_element"* ]] || return 0
    __rustory_front=
  elif [[ \${#PROMPT_COMMAND} -eq \${#__rustory_element} ]]; then
    [[ -z \${PROMPT_COMMAND[${RESERVE}]-} ]] || unset -v 'PROMPT_COMMAND[${RESERVE}]'
    return 0
  fi
  ((${v("moves")}++ < ${MOST_MOVES} && ${v("fixed")} == 0)) || return 0
  if [[ -z $__rustory_front ]]; then
    __rustory_rest=()
    for __rustory_one in "\${precmd_functions[@]}"; do
      [[ $__rustory_one == __rustory_precmd ]] || __rustory_rest+=("$__rustory_one")
    done
    precmd_functions=(__rustory_precmd "\${__rustory_rest[@]}")
    __rustory_rest=()
  fi
  for __rustory_one in "\${PROMPT_COMMAND[@]}"; do
    __rustory_without "$__rustory_one"
    [[ -z $__rustory_one ]] || __rustory_rest+=("$__rustory_one")
  done
  if [[ -n $__rustory_array ]]; then
    PROMPT_COMMAND=(\${__rustory_front:+"$__rustory_front"} "\${__rustory_rest[@]}")
  else
    PROMPT_COMMAND=$__rustory_front\${__rustory_rest[0]+$'\\n'\${__rustory_rest[0]}}
  fi
}

# Takes us out of one prompt command, in __rustory_one.
__rustory_without() {
  __rustory_one=\${1//"$__rustory_element"/}
  # As the original's hook put it there.
  __rustory_one=\${__rustory_one//__rustory_precmd/}
  [[ $__rustory_one != "$1" ]] || return 0
  while [[ $__rustory_one == [[:space:]\\;]* ]]; do __rustory_one=\${__rustory_one#?}; done
  while [[ $__rustory_one == *[[:space:]\\;] ]]; do __rustory_one=\${__rustory_one%?}; done
}

# Behind the user's own EXIT trap, which is in $1 as \`trap -p\` prints it; with "off" as $2 out of it.
__rustory_on_exit() {
  [[ $1 != *__rustory_exit* || -n \${2-} ]] || return 0
  local __rustory_words=() __rustory_i __rustory_own=
  builtin eval "__rustory_words=($1)"
  for ((__rustory_i = 3; __rustory_i < \${#__rustory_words[@]}; __rustory_i += 4)); do
    [[ \${__rustory_words[__rustory_i]} != EXIT ]] || __rustory_own=\${__rustory_words[__rustory_i - 1]}
  done
  __rustory_own=\${__rustory_own%"$__rustory_on_exit"}
  __rustory_own=\${__rustory_own%$'\\n'}
  if [[ -z \${2-} ]]; then
    builtin trap -- "\${__rustory_own:+$__rustory_own$'\\n'}$__rustory_on_exit" EXIT
  elif [[ -n $__rustory_own ]]; then
    builtin trap -- "$__rustory_own" EXIT
  else
    builtin trap - EXIT
  fi
}

# What traps there are, without a fork where a file can be written.
__rustory_set_out() {
  local __rustory_traps=
  if [[ -e $__rustory_line ]] || __rustory_create "$__rustory_line" &&
    builtin trap -p EXIT XFSZ >|"$__rustory_line"; then
    IFS= builtin read -r -d '' __rustory_traps <"$__rustory_line"
    : >|"$__rustory_line"
  else
    __rustory_traps=$(builtin trap -p EXIT XFSZ)
  fi
  [[ $__rustory_traps != *SIGXFSZ* ]] || __rustory_own_limit=1
  __rustory_on_exit "$__rustory_traps"
  __rustory_place
}

__rustory_unrecord() {
  local __rustory_one __rustory_rest=()
  PS0=\${PS0//"$__rustory_ps0"/}
  if [[ -n \${precmd_functions+x} ]]; then
    for __rustory_one in "\${precmd_functions[@]}"; do
      [[ $__rustory_one == __rustory_precmd ]] || __rustory_rest+=("$__rustory_one")
    done
    precmd_functions=("\${__rustory_rest[@]}")
    __rustory_rest=()
  fi
  for __rustory_one in "\${PROMPT_COMMAND[@]}"; do
    __rustory_without "$__rustory_one"
    [[ -z $__rustory_one ]] || __rustory_rest+=("$__rustory_one")
  done
  unset -v PROMPT_COMMAND
  ((\${#__rustory_rest[@]} == 0)) || PROMPT_COMMAND=("\${__rustory_rest[@]}")
  __rustory_on_exit "$(builtin trap -p EXIT)" off
}
`;
}
