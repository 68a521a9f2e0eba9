import { whole } from "@pagoda/core";

import type { LabelOptions } from "./options.ts";
import { labelPattern, maxValueLength } from "./pattern.ts";

/** The value of what is not shown by itself. */
const otherValue = "__other__";
/** The value of what is empty, or has nothing left after its instance was taken off. */
const noneValue = "__none__";

export interface LabelLimiterOptions extends LabelOptions {
  /** The label, as errors name it. */
  readonly label: string;
  readonly max: number;
  /** The last step before the cap, as `clientName`. @default nothing */
  readonly normalise?: (value: string) => string;
  /** Whether a new value may have a place at all. @default always */
  readonly isOpen?: () => boolean;
  /** Told that there is no place, before the value is folded: may sweep. @default nothing */
  readonly onFull?: () => void;
  /** A value was folded because there was no place for it, or it was too long. @default nothing */
  readonly onOverflow?: () => void;
}

/**
 * Bounds the values of one label, whatever clients send: allow and deny, rewrite, normalise, cap.
 *
 * Values that do not fit are `__other__`. Control characters and the invisible kind become `_`,
 * and what is longer than 249 characters is folded as it comes, before any pattern sees it. At
 * most `max` values have a place, and at most `16 * max` raw values are remembered with what they
 * came to, in two generations: a flood of names costs time for itself, and no memory.
 */
export class LabelLimiter {
  readonly #options: LabelLimiterOptions;
  readonly #allow: readonly RegExp[];
  readonly #deny: readonly RegExp[];
  readonly #rewrite: readonly { readonly match: RegExp; readonly to: string }[];
  readonly #places = new Map<string, Place>();
  /** Raw values and what they came to. A place that expired since is not believed. */
  #recent = new Map<string, Place>();
  #older = new Map<string, Place>();

  /** @throws RangeError for a pattern that is none or could hang, and for `max` below 1. */
  constructor(options: LabelLimiterOptions) {
    const { label, max, allow = [], deny = [], rewrite = [] } = options;
    whole(`metrics.labels.${label}.max`, max, 1);
    const name = (key: string): string => `metrics.labels.${label}.${key}`;
    this.#options = options;
    this.#allow = allow.map((source) => labelPattern(name("allow"), source));
    this.#deny = deny.map((source) => labelPattern(name("deny"), source));
    this.#rewrite = rewrite.map(({ match, to }) => ({
      match: labelPattern(name("rewrite"), match, "g"),
      to,
    }));
  }

  /** Values that have a place now. At most `max`. */
  get size(): number {
    return this.#places.size;
  }

  /** Raw values that are remembered now. At most `16 * max`. */
  get remembered(): number {
    return this.#recent.size + this.#older.size;
  }

  /** The value to show for `raw`. Cheap for one that was seen lately. */
  resolve(raw: string): string {
    const known = this.#recent.get(raw);
    if (known?.live) {
      known.touched = true;
      return known.value;
    }
    return this.#resolveSlowly(raw);
  }

  /** Keeps the place of a value that `resolve` gave until `release`. Values without a place are let pass. */
  hold(value: string): void {
    const place = this.#places.get(value);
    if (place !== undefined) place.holders++;
  }

  release(value: string): void {
    const place = this.#places.get(value);
    if (place === undefined || place.holders === 0) return;
    place.holders--;
    place.touched = true;
  }

  /** Frees the places that nobody holds and nobody asked for during `retainIdleMs`. */
  sweep(nowMs: number, retainIdleMs: number): void {
    for (const place of this.#places.values()) {
      if (place.touched || place.holders > 0) {
        place.touched = false;
        place.usedAtMs = nowMs;
      } else if (nowMs - place.usedAtMs >= retainIdleMs) {
        place.live = false;
        this.#places.delete(place.value);
      }
    }
  }

  #resolveSlowly(raw: string): string {
    if (raw.length > maxValueLength) return this.#fold();
    const older = this.#older.get(raw);
    const place = older?.live ? older : this.#placeOf(this.#valueOf(raw), raw);
    if (place === undefined) return this.#fold();
    place.touched = true;
    if (this.#recent.size >= 8 * this.#options.max) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(raw, place);
    return place.value;
  }

  /** Undefined: there is none. That is not remembered, for it may be otherwise next time. */
  #placeOf(value: string, raw: string): Place | undefined {
    if (value === otherValue) return raw === otherValue ? undefined : denied;
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const { max, isOpen, onFull } = this.#options;
    if (this.#places.size >= max) onFull?.();
    if (this.#places.size >= max || isOpen?.() === false) return undefined;
    const place: Place = { value, live: true, touched: true, holders: 0, usedAtMs: 0 };
    this.#places.set(value, place);
    return place;
  }

  #valueOf(raw: string): string {
    let value = raw.toWellFormed().replaceAll(invisible, "_");
    if (this.#allow.length > 0 && !this.#allow.some((pattern) => pattern.test(value))) return otherValue;
    if (this.#deny.some((pattern) => pattern.test(value))) return otherValue;
    for (const { match, to } of this.#rewrite) {
      value = value.replace(match, to);
      if (value.length > maxValueLength) return otherValue;
    }
    value = this.#options.normalise?.(value) ?? value;
    return value === "" ? noneValue : value;
  }

  #fold(): string {
    this.#options.onOverflow?.();
    return otherValue;
  }
}

interface Place {
  readonly value: string;
  live: boolean;
  /** Asked for since the last sweep. A flag, so that a hit needs no clock. */
  touched: boolean;
  holders: number;
  usedAtMs: number;
}

/** What a rule folds is as it was asked for: it takes no place, and is no overflow. */
const denied: Place = { value: otherValue, live: true, touched: false, holders: 0, usedAtMs: 0 };

/** Control and format characters, and separators of lines: nobody could tell what they see. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
