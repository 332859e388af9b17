// How a test of a trading program looks with vitest.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startExchange } from "quantumcore";

let exchange;
beforeAll(async () => (exchange = await startExchange()), 60_000);
afterAll(() => exchange?.close());

async function place(name, order) {
    const answer = await fetch(`${exchange.address}/api/qc/v1/orders`, {
        method: "POST",
        headers: { "X-Api-Key": exchange.keys[name], "Content-Type": "application/json" },
        body: JSON.stringify({ clientOrderId: crypto.randomUUID(), ...order }),
    });
    return answer.json();
}

test("an order fills against a resting one", async () => {
    await place("bob", { symbol: "AAPL", side: "sell", type: "limit", quantity: "10", price: "150.00" });
    const order = await place("alice", { symbol: "AAPL", side: "buy", type: "limit", quantity: "10", price: "150.00" });
    expect(order.status).toBe("filled");
});

test("a price off the tick is refused", async () => {
    const order = await place("alice", { symbol: "AAPL", side: "buy", type: "limit", quantity: "10", price: "150.001" });
    expect(order.code).toBe("InvalidPrice");
});
