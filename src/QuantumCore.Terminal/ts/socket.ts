import { millisOf } from "./format.js";
import { decode, type AccountMessage, type AlertsMessage, type Message } from "./protocol.js";
import type { Link, Store } from "./store.js";

const path = "/api/qc/v1/stream";
const staleAfter = 3_000;
const firstPause = 250;
const longestPause = 8_000;
const hiddenPatience = 60_000;

/** The one stream of the page: connects again by itself, and asks for the book anew whenever it can't be trusted. */
export class Stream {
  conflate = 50;
  onAccount: (message: AccountMessage) => void = () => undefined;
  onAlerts: (message: AlertsMessage) => void = () => undefined;
  onUnknown: () => void = () => undefined;
  retryAt = 0;

  private socket: WebSocket | undefined;
  private symbol: string | undefined;
  private pause = firstPause;
  private timer = 0;
  private hiddenTimer = 0;
  private isPaused = false;
  private account = false;

  constructor(private readonly store: Store) {
    setInterval(() => this.look(), 500);
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => this.seen());
  }

  /** Follows a symbol instead of the one before. */
  follow(symbol: string): void {
    if (this.symbol !== undefined) this.send({ op: "unsubscribe", symbol: this.symbol });
    this.symbol = symbol;
    this.subscribe();
  }

  /** Follows the account of whoever is signed in now, or none: on a new connection, for it is opened by the cookie. */
  followAccount(on: boolean): void {
    this.account = on;
    const socket = this.socket;
    if (socket === undefined) return;
    this.connect();
    socket.close();
  }

  connect(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    this.socket = socket;
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (event) => {
      if (socket === this.socket && typeof event.data === "string") this.take(decode(event.data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  /** Connects at once where it would have waited. */
  retry(): void {
    if (this.store.link === "offline") this.connect();
  }

  private opened(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.pause = firstPause;
    this.store.book.clear();
    this.send({ op: "subscribe", channel: "tickers" });
    if (this.account) for (const channel of ["account", "alerts"]) this.send({ op: "subscribe", channel });
    this.subscribe();
  }

  private subscribe(): void {
    if (this.symbol === undefined || this.isPaused) return;
    this.store.lastBookMillis = performance.now();
    this.send({ op: "subscribe", symbol: this.symbol, units: "ticks", conflate: this.conflate });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private take(message: Message | undefined): void {
    if (message === undefined) return;
    this.store.messages++;
    if (message.type === "tickers") this.store.takeTickers(message.tickers);
    else if (message.type === "account") this.onAccount(message);
    else if (message.type === "alerts") this.onAlerts(message);
    else if (message.type === "error" && message.code === "Unauthorized") this.onUnknown();
    else if (message.type === "error") console.warn("stream:", message.code, message.detail);
    else if (message.symbol === this.symbol) this.takeMarket(message);
  }

  private takeMarket(message: Exclude<Message, { type: "tickers" | "account" | "alerts" | "error" }>): void {
    this.store.lastBookMillis = performance.now();
    if (message.type === "state") {
      this.store.takeState(message);
    } else if (message.type === "heartbeat") {
      this.store.clockOffset = millisOf(message.timeNanos) - Date.now();
      if (message.sequence > this.store.book.sequence) this.resync();
      else if (this.store.book.sequence >= 0) this.set("live");
    } else if (this.store.takeBook(message)) {
      this.set("live");
    } else {
      this.resync();
    }
  }

  private resync(): void {
    if (this.store.link === "resyncing") return;
    this.store.resyncs++;
    this.set("resyncing");
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
    const silent = performance.now() - this.store.lastBookMillis > staleAfter;
    if (silent && !this.isPaused && (this.store.link === "live" || this.store.link === "resyncing")) this.set("stale");
    if (this.store.link === "offline") this.store.touch("link");
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
      this.subscribe();
    }
  }

  private set(link: Link): void {
    if (this.store.link === link) return;
    this.store.link = link;
    this.store.touch("link", "book");
  }
}
