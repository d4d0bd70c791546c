// The two functions of the original example, for a page whose policy forbids making code of text.

export function test() {
  console.log("function test executed");
  return 123456;
}

export function checkPako(param1, param2) {
  console.log(pako);
  return "".concat(param1, " ", param2);
}
