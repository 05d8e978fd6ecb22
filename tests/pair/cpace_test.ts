/** The vectors of draft-irtf-cfrg-cpace, "CPace using group ristretto255 and hash SHA-512". */
import assert from "node:assert/strict";
import {
  cpaceGenerator,
  cpaceKey,
  cpacePoint,
  cpaceScalar,
  cpaceShared,
  cpaceTag,
  generatorString,
} from "../../src/pair/cpace.ts";

const utf8 = new TextEncoder();
const SID = hex("7e4b4791d6a8ef019b936c79fb7f2c57");
const INPUT = {
  password: utf8.encode("Password"),
  channel: hex("0b415f696e69746961746f720b425f726573706f6e646572"),
  sid: SID,
};
const G = hex("222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56");
const YA = number("da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08");
const YB = number("d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d");
const A = {
  point: hex("d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157"),
  data: utf8.encode("ADa"),
};
const B = {
  point: hex("3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258"),
  data: utf8.encode("ADb"),
};
const K = hex("80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f");
const ISK = hex(
  "b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd" +
    "2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447",
);

Deno.test("cpaceGenerator() gives the generator of the published vector", () => {
  assert.equal(
    toHex(generatorString(INPUT)),
    `11435061636552697374726574746f3235350850617373776f726464${"00".repeat(100)}` +
      "180b415f696e69746961746f720b425f726573706f6e646572107e4b4791d6a8ef019b936c79fb7f2c57",
  );
  assert.deepEqual(cpaceGenerator(INPUT), G);
});

Deno.test("cpacePoint() gives the messages of the published vector", () => {
  assert.deepEqual(cpacePoint(G, YA), A.point);
  assert.deepEqual(cpacePoint(G, YB), B.point);
});

Deno.test("cpaceShared() and cpaceKey() give the keys of the published vector", () => {
  assert.deepEqual(cpaceShared(YA, B.point), K);
  assert.deepEqual(cpaceShared(YB, A.point), K);
  assert.deepEqual(cpaceKey(SID, K, A, B), ISK);
});

Deno.test("cpaceShared() multiplies valid points and refuses the published invalid ones", () => {
  const s = number("7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05");
  const x = hex("2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c");
  const product = "7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e";
  assert.equal(toHex(cpaceShared(s, x)!), product);
  const noPoint = hex("2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c");
  assert.equal(cpaceShared(s, noPoint), undefined);
  assert.equal(cpaceShared(s, new Uint8Array(32)), undefined);
  assert.equal(cpaceShared(s, new Uint8Array(31)), undefined);
});

Deno.test("cpaceScalar() is never 0, and takes 64 bytes", () => {
  assert.equal(cpaceScalar(new Uint8Array(64)), 1n);
  assert.throws(() => cpaceScalar(new Uint8Array(32)), RangeError);
});

Deno.test("cpaceTag() differs for the two sides", () => {
  const [ta, tb] = [cpaceTag(SID, ISK, A), cpaceTag(SID, ISK, B)];
  assert.equal(ta.length, 64);
  assert.notDeepEqual(ta, tb);
});

function number(littleEndian: string): bigint {
  return BigInt(`0x${toHex(hex(littleEndian).reverse())}`);
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
