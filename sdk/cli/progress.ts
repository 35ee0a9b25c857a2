import { SingleBar } from "cli-progress";
import { systemClock } from "../../provider";
import { bytesText, shown } from "./output";

/** Shows the progress of a download. */
export interface ProgressBar {
  update(bytes: number, totalBytes: number | undefined): void;
  stop(): void;
}

function secondsText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const whole = Math.ceil(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours === 0 ? "" : `${hours}:`}${two(minutes)}:${two(whole % 60)} left`;
}

/** Draws a bar with rate and time left on stderr if that is a terminal, else nothing. */
export function progressBar(title: string, isShown: boolean): ProgressBar {
  if (!isShown || !process.stderr.isTTY) return { update() {}, stop() {} };
  const startMs = systemClock.now();
  let first: number | undefined;
  const bar = new SingleBar({
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    format: (options, { progress, value, total }) => {
      const elapsedS = Math.max((systemClock.now() - startMs) / 1000, 0.001);
      // Bytes from an earlier download don't count toward the rate of this one.
      const rate = (value - (first ?? value)) / elapsedS;
      const isKnown = total > 0;
      const full = Math.round(progress * (options.barsize ?? 24));
      const drawn = `${"█".repeat(isKnown ? full : 0)}${"░".repeat((options.barsize ?? 24) - (isKnown ? full : 0))}`;
      const sizes = isKnown ? `${bytesText(value)} of ${bytesText(total)}` : bytesText(value);
      const left = isKnown && rate > 0 ? secondsText((total - value) / rate) : "";
      return `${shown(title)} ${drawn} ${sizes}  ${bytesText(Math.round(rate))}/s  ${left}`;
    },
  });
  let isStarted = false;
  return {
    update(bytes, totalBytes) {
      if (!isStarted) bar.start(totalBytes ?? 0, bytes);
      isStarted = true;
      first ??= bytes;
      bar.setTotal(totalBytes ?? 0);
      bar.update(bytes);
    },
    stop() {
      if (isStarted) bar.stop();
    },
  };
}
