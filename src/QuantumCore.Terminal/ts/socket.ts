import { millisOf } from "./format.js";
import { decode, type AccountMessage, type AlertsMessage, type Message, type TickersMessage } from "./protocol.js";
import type { Link, Store } from "./store.js";

const path = "/api/qc/v1/stream";
const staleAfter = 3_000;
/** How often it is looked whether a connection whose book is silent is there at all: it may be lost without a word. */
const probeEvery = 5_000;
const resyncAgainAfter = 1_000;
/** How long a connection may take to open. */
const longestOpening = 30_000;
const firstPause = 250;
const longestPause = 8_000;
const hiddenPatience = 60_000;

const tickers = { op: "subscribe", channel: "tickers" } as const;

/** The one stream of the page: connects again by itself, and asks for the book anew whenever it can't be trusted. */
export class Stream {
  conflate = 50;
  onAccount: (message: AccountMessage) => void = () => undefined;
  onAlerts: (message: AlertsMessage) => void = () => undefined;
  onUnknown: () => void = () => undefined;
  /** The book was told whole: what happened before it may have been missed. */
  onSnapshot: () => void = () => undefined;
  retryAt = 0;

  private socket: WebSocket | undefined;
  private symbol: string | undefined;
  private pause = firstPause;
  private timer = 0;
  private hiddenTimer = 0;
  private isPaused = false;
  private account = false;
  private accountMessages = 0;
  /** When the book was asked for, when anything was heard, and when an answer was asked for to see whether one comes, by this page's own clock. */
  private askedAt = 0;
  private heardAt = 0;
  private probedAt = 0;
  private connectedAt = 0;
  /** The book was told since it was asked for. */
  private isTold = false;

  constructor(private readonly store: Store) {
    setInterval(() => this.look(), 500);
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => this.seen());
  }

  /** Follows a symbol instead of the one before. */
  follow(symbol: string): void {
    if (this.symbol !== undefined) this.send({ op: "unsubscribe", symbol: this.symbol });
    // What was live was another book.
    if (symbol !== this.symbol && this.store.link !== "offline") this.set("connecting");
    this.symbol = symbol;
    this.subscribe();
  }

  /** Follows the account of whoever is signed in now, or none: on a new connection, for it is opened by the cookie. */
  followAccount(on: boolean): void {
    this.account = on;
    if (this.socket !== undefined) this.connect();
  }

  connect(): void {
    clearTimeout(this.timer);
    const before = this.socket;
    if (this.store.link === "live" || this.store.link === "resyncing") this.set("connecting");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    this.socket = socket;
    this.connectedAt = performance.now();
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (event) => {
      if (socket === this.socket && typeof event.data === "string") this.take(decode(event.data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
    before?.close();
  }

  /** Connects at once where it would have waited. */
  retry(): void {
    if (this.store.link === "offline") this.connect();
  }

  private opened(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.pause = firstPause;
    this.store.book.clear();
    this.send(tickers);
    if (this.account) for (const channel of ["account", "alerts"]) this.send({ op: "subscribe", channel });
    this.subscribe();
  }

  private subscribe(): void {
    if (this.symbol === undefined || this.isPaused) return;
    this.isTold = false;
    this.store.lastBookMillis = this.askedAt = performance.now();
    this.send({ op: "subscribe", symbol: this.symbol, units: "ticks", conflate: this.conflate });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private take(message: Message | undefined): void {
    if (message === undefined) return;
    this.store.messages++;
    this.heardAt = performance.now();
    if (message.type === "tickers") this.takeTickers(message);
    else if (message.type === "account") this.takeAccount(message);
    else if (message.type === "alerts") this.onAlerts(message);
    else if (message.type === "error" && message.code === "Unauthorized") this.onUnknown();
    else if (message.type === "error") console.warn("stream:", message.code, message.detail);
    else if (message.symbol === this.symbol) this.takeMarket(message);
  }

  /** One that does not follow on the last is left alone: all is asked for anew. */
  private takeAccount(message: AccountMessage): void {
    const follows = message.snapshot || message.message === undefined || message.message === this.accountMessages + 1;
    if (follows) {
      this.accountMessages = message.message ?? this.accountMessages;
      this.onAccount(message);
      return;
    }
    for (const op of ["unsubscribe", "subscribe"]) this.send({ op, channel: "account" });
  }

  private takeTickers(message: TickersMessage): void {
    this.takeTime(message.timeNanos);
    this.store.takeTickers(message.tickers);
  }

  private takeTime(nanos: string): void {
    this.store.clockOffset = millisOf(nanos) - Date.now();
  }

  private takeMarket(message: Exclude<Message, { type: "tickers" | "account" | "alerts" | "error" }>): void {
    this.store.lastBookMillis = performance.now();
    if (message.type === "state") {
      this.store.takeState(message);
    } else if (message.type === "heartbeat") {
      this.takeTime(message.timeNanos);
      if (message.sequence > this.store.book.sequence) this.resync();
      else if (this.store.book.sequence >= 0) this.set("live");
    } else if (this.store.takeBook(message)) {
      this.isTold = true;
      this.set("live");
      if (message.type === "snapshot") this.onSnapshot();
    } else {
      this.resync();
    }
  }

  private resync(): void {
    // It was asked for; the answer may be the next message that is lost.
    if (this.store.link === "resyncing" && performance.now() - this.askedAt < resyncAgainAfter) return;
    this.store.resyncs++;
    this.set("resyncing");
    this.askAnew();
  }

  private askAnew(): void {
    this.send({ op: "unsubscribe", symbol: this.symbol });
    this.subscribe();
  }

  private lost(): void {
    this.set("offline");
    const wait = this.pause * (0.75 + Math.random() / 2);
    this.pause = Math.min(this.pause * 2, longestPause);
    this.retryAt = Date.now() + wait;
    this.timer = window.setTimeout(() => this.connect(), wait);
  }

  /** Staleness is the book's own: other messages of the connection say nothing about it. */
  private look(): void {
    const now = performance.now();
    const { link } = this.store;
    if (link === "offline") this.store.touch("link");
    if (this.isPaused || this.symbol === undefined || link === "offline" || now - this.store.lastBookMillis < staleAfter) return;
    if (link !== "connecting" || this.socket?.readyState === WebSocket.OPEN) this.set("stale");
    if (now - this.probedAt >= probeEvery) this.probe(now);
  }

  /** What was asked for and did not come is asked for again, on another connection where nothing came at all. */
  private probe(now: number): void {
    if (this.socket?.readyState === WebSocket.CONNECTING && now - this.connectedAt < longestOpening) return;
    if (this.heardAt < this.probedAt) this.connect();
    else if (!this.isTold) this.askAnew();
    this.probedAt = now;
    this.send({ ...tickers, op: "unsubscribe" });
    this.send(tickers);
  }

  /** A page that nobody sees follows no market for long; the account it does. */
  private seen(): void {
    clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = window.setTimeout(() => {
        this.isPaused = true;
        this.send({ op: "unsubscribe", symbol: this.symbol });
      }, hiddenPatience);
      return;
    }
    this.retry();
    if (this.isPaused) {
      this.isPaused = false;
      if (this.store.link === "live") this.set("resyncing");
      this.subscribe();
    }
  }

  private set(link: Link): void {
    if (this.store.link === link) return;
    this.store.link = link;
    this.store.touch("link", "book");
  }
}
