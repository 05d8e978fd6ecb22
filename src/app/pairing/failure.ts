import { RrError } from "../../base/rr_error.ts";
import type { PairFailure } from "../../pair/exchange.ts";

/** A failed pairing in words, on the side that shows the code or on the one where it is typed. */
export function pairFailure(why: PairFailure, side: "host" | "guest"): RrError {
  switch (why) {
    case "other-version":
      return new RrError("network", "Cannot pair: the other machine's rr pairs in another way", {
        hint: "Update rr on both machines, and run `rr pair` again",
      });
    case "wrong-code":
      return side === "host"
        ? new RrError("network", "A wrong code was typed, or somebody is in between: it is burnt", {
          hint: "Nothing was given away. Run `rr pair` again for a new code",
        })
        : notTheCode();
    case "burnt":
      return side === "host"
        ? new RrError("network", "The other machine says that the code is wrong: it is burnt", {
          hint: "Nothing was taken over. Run `rr pair` again for a new code",
        })
        : notTheCode();
  }
}

function notTheCode(): RrError {
  return new RrError("network", "That is not the code of the other machine, and now it is burnt", {
    hint: "Nothing was changed here. Run `rr pair` there again, and type the new code",
  });
}
