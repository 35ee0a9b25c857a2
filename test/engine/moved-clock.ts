export { type MovedClock, movedClock } from "../pulumi-cli/moved-clock.js";
