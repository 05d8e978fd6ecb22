/**
 * Functions that are compiled together with their file.
 *
 * V8 compiles a function when it is called first, and Deno keeps of a file what was compiled before any
 * of it ran: so every start of `rr record` compiled 200 functions anew, a third of its own time. A
 * function in parentheses counts as one that is called at once: it is compiled with the file, and then
 * comes out of Deno's code cache.
 */
import typescript from "typescript";

/**
 * The code with all its functions in parentheses, but for methods and for functions that are declared
 * within others. Those declared at the top move to the front, in their order, for they may be used
 * above their declaration.
 *
 * Only for modules of a bundle, whose statements end with semicolons. None may be in a circle of
 * imports, where a function that is declared is there before its module has run, and one that is
 * assigned is not.
 */
export function withEagerFunctions(code: string): string {
  const file = typescript.createSourceFile(
    "chunk.js",
    code,
    typescript.ScriptTarget.ESNext,
    true,
    typescript.ScriptKind.JS,
  );
  const shebang = /^#!.*\n/.exec(code)?.[0] ?? "";
  const marks = parentheses(file);
  const declared: string[] = [];
  let rest = "";
  let at = shebang.length;
  for (const statement of file.statements) {
    if (!isPlainFunction(statement)) continue;
    const [start, end] = [statement.getStart(), statement.getEnd()];
    const { name } = statement;
    // Without its name, which within the function could not be assigned to.
    const value = marked(code, start, name.getStart(), marks) +
      marked(code, name.getEnd(), end, marks);
    declared.push(`${name.text}=(${value})`);
    // A statement before it may have no semicolon of its own.
    rest += `${marked(code, at, start, marks)};`;
    at = end;
  }
  rest += marked(code, at, code.length, marks);
  return shebang + (declared.length > 0 ? `var ${declared.join(",\n")};\n` : "") + rest;
}

type NamedFunction = typescript.FunctionDeclaration & { readonly name: typescript.Identifier };

function isPlainFunction(node: typescript.Node): node is NamedFunction {
  return typescript.isFunctionDeclaration(node) && node.name !== undefined &&
    node.modifiers?.every(({ kind }) => kind === typescript.SyntaxKind.AsyncKeyword) !== false;
}

/** A parenthesis to be put into the code. */
interface Mark {
  readonly at: number;
  readonly sign: "(" | ")";
}

/** In the order of their places, closing before opening ones. */
function parentheses(file: typescript.SourceFile): Mark[] {
  const marks: Mark[] = [];
  const visit = (node: typescript.Node): void => {
    const isFunction = typescript.isArrowFunction(node) || typescript.isFunctionExpression(node);
    if (isFunction && !typescript.isParenthesizedExpression(node.parent)) {
      marks.push({ at: node.getStart(), sign: "(" }, { at: node.getEnd(), sign: ")" });
    }
    typescript.forEachChild(node, visit);
  };
  visit(file);
  return marks.toSorted((a, b) => a.at - b.at || (a.sign === b.sign ? 0 : a.sign === ")" ? -1 : 1));
}

function marked(code: string, from: number, to: number, marks: readonly Mark[]): string {
  let text = "";
  let at = from;
  for (const mark of marks) {
    const isInside = mark.sign === "("
      ? mark.at >= from && mark.at < to
      : mark.at > from && mark.at <= to;
    if (!isInside) continue;
    text += code.slice(at, mark.at) + mark.sign;
    at = mark.at;
  }
  return text + code.slice(at, to);
}
