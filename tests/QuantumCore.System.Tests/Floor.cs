using System.Text.Json;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The trading floor: customers place crossing orders of every kind, amend, cancel and deposit without pauses, until
/// the exchange is gone. Each records his responses in the diary.
/// </summary>
internal sealed class Floor(
    Uri address, IReadOnlyDictionary<long, string> keys, Diary diary, string round, int seed, TimeSpan? patience = null)
{
    private const int Desks = 8;

    private static readonly Traded s_clearing = new(ClearingAudit.Symbol, ClearingAudit.Reference, 0.01m, 1m);

    private volatile bool _closing;

    /// <summary>True if a symbol settles later, mark prices come in, and holidays are declared.</summary>
    public bool Clears { get; init; }

    /// <summary>Instruments that are traded.</summary>
    public IReadOnlyList<Traded> Markets { get; init; } = Traded.Usual;

    /// <summary>Trades until the exchange no longer responds, or <see cref="Close"/> is called.</summary>
    public async Task TradeAsync()
    {
        var accounts = keys.Keys.Order().ToArray();
        var desks = Enumerable.Range(0, Desks).Select(desk => Task.Run(
            () => TradeAsync(desk, accounts[desk % accounts.Length]), TestContext.Current.CancellationToken));
        await Task.WhenAll(Clears ? desks.Append(MarkAsync()).Append(DeclareAsync()) : desks);
    }

    /// <summary>Stops further requests; requests in flight get their responses.</summary>
    public void Close() => _closing = true;

    private async Task TradeAsync(int desk, long account)
    {
        var random = new Random(seed + desk);
        using var customer = new Customer(address, keys[account], patience);
        using var administrator = new Customer(address, "demo-admin", patience);
        var mine = new List<(string Symbol, long OrderId, string Name, decimal Price, decimal Quantity)>();
        for (var n = 0; !_closing; n++)
        {
            var name = $"{round}-{desk}-{n}";
            var entry = random.Next(100) switch
            {
                < 60 => Place(random, account, name),
                < 72 when mine.Count > 0 => Amend(random, account, name, mine),
                < 84 when mine.Count > 0 => Cancel(random, account, mine),
                < 85 =>
                    new Entry(
                        Wish.CancelByName, account, "", name, HttpMethod.Delete, "orders/by-client-id/" + name, null),
                < 87 => CancelAll(random, account),
                < 90 => Deposit(random, account, name),
                < 93 => Strategy(random, account, name),
                < 95 => null,
                < 97 => Transfer(random, account, name),
                < 98 => Withdraw(random, account, name),
                _ => Place(random, account, name),
            };
            if (entry is null
                ? !await BatchAsync(random, customer, account, name, mine)
                : !await AskAsync(entry, customer, administrator, mine))
                return;

            // Overloaded: without a pause, an outage would consist of rejections only.
            if (entry is not null && entry.Reply.Status == 503)
                await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends mark prices.</summary>
    private async Task MarkAsync()
    {
        using var feed = new Customer(address, "demo-admin", patience);
        while (!_closing)
        {
            foreach (var (symbol,
                price) in new[] { ("AAPL", "150.00"), (ClearingAudit.Symbol, Traded.Text(ClearingAudit.Reference)) })
            {
                if ((await feed.PostAsync($"admin/symbols/{symbol}/mark", $$"""{"price":"{{price}}"}""")).Status == 0)
                    return;
            }

            await Task.Delay(150, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Declares different holidays again and again.</summary>
    private async Task DeclareAsync()
    {
        var random = new Random(seed + Desks);
        using var administrator = new Customer(address, "demo-admin", patience);
        for (var n = 0; !_closing; n++)
        {
            var today = TimeProvider.System.GetUtcNow().Date.AddDays(random.Next(40));
            var days = string.Join(',', Enumerable.Range(0, 5).Where(_ => random.Next(3) == 0)
                .Select(day => $"\"{today.AddDays(day):yyyy-MM-dd}\""));
            var entry = new Entry(
                Wish.Holidays, 0, "", $"{round}-h{n}", HttpMethod.Post, "admin/settlement/MAIN/holidays",
                $$"""{"holidays":[{{days}}],"why":"{{round}}-h{{n}}"}""");
            if (!await AskAsync(entry, administrator, administrator, []))
                return;
            await Task.Delay(random.Next(20, 200), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a request; returns false if there was no response.</summary>
    private async Task<bool> AskAsync(
        Entry entry, Customer customer, Customer administrator, List<(string, long, string, decimal, decimal)> mine)
    {
        diary.Sent(entry);
        var reply = await (entry.Wish is Wish.Deposit or Wish.Transfer or Wish.Holidays
            ? administrator
            : customer).SendAsync(entry.Method, entry.Path, entry.Body);
        diary.Answered(entry, reply);
        Remember(entry, mine);
        return reply.Status != 0;
    }

    private static void Remember(Entry entry, List<(string, long, string, decimal, decimal)> mine)
    {
        var reply = entry.Reply;
        if (entry.Wish is Wish.Place or Wish.Amend && reply.IsDone
            && reply.Text("status") is "new" or "partiallyFilled")
            mine.Add((entry.Symbol, reply.Number("orderId"), reply.Text("clientOrderId"), reply.Decimal("price"),
                reply.Decimal("quantity")));
        if (mine.Count > 50)
            mine.RemoveAt(0);
    }

    private async Task<bool> BatchAsync(
        Random random, Customer customer, long account, string name,
        List<(string, long, string, decimal, decimal)> mine)
    {
        var entries = Enumerable.Range(0, 5).Select(i => Place(random, account, $"{name}-{i}")).ToArray();
        foreach (var entry in entries)
            diary.Sent(entry);

        var reply = await customer.PostAsync(
            "orders/batch", $$"""{"orders":[{{string.Join(',', entries.Select(entry => entry.Body))}}]}""");
        var results = reply.IsDone ? reply.Items("results").ToArray() : [];
        for (var i = 0; i < entries.Length; i++)
        {
            diary.Answered(entries[i], results.Length == 0 ? reply : Single(results[i]));
            Remember(entries[i], mine);
        }

        return reply.Status != 0;
    }

    private static Reply Single(JsonElement result) => result.TryGetProperty("order", out var order)
        ? new Reply(200, order)
        : new Reply(result.GetProperty("error").GetProperty("status").GetInt32(), result.GetProperty("error"));

    private Entry Place(Random random, long account, string name)
    {
        var market = random.Next(Markets.Count + (Clears ? 2 : 0));
        var (symbol, reference, tick, lot) = market < Markets.Count ? Markets[market] : s_clearing;
        var side = random.Next(2) == 0 ? "buy" : "sell";
        var price = Traded.Text(reference + (tick * random.Next(-12, 13)));
        var quantity = Traded.Text(lot * random.Next(1, 40));
        var terms = random.Next(20) switch
        {
            < 11 => $"\"type\":\"limit\",\"price\":\"{price}\"",
            < 16 => $"\"type\":\"limit\",\"timeInForce\":\"ioc\",\"price\":\"{price}\"",
            < 17 => $"\"type\":\"limit\",\"timeInForce\":\"fok\",\"price\":\"{price}\"",
            < 19 => $"\"type\":\"limit\",\"postOnly\":true,\"price\":\"{price}\"",
            _ => "\"type\":\"market\"",
        };
        var body =
            $$"""{"symbol":"{{symbol}}","side":"{{side}}",{{terms}},"quantity":"{{quantity}}","clientOrderId":"{{name}}"}""";
        return new Entry(Wish.Place, account, symbol, name, HttpMethod.Post, "orders", body);
    }

    /// <summary>
    /// Returns a multi-leg order of AMZN against MSFT, one of each, around their prices; both are in one group.
    /// </summary>
    private static Entry Strategy(Random random, long account, string name)
    {
        var (first, second) = random.Next(2) == 0 ? ("buy", "sell") : ("sell", "buy");
        var net = ((first == "buy" ? -1 : 1) * 235m) + (random.Next(-25, 26) * 0.01m);
        var time = random.Next(4) switch { 0 => "ioc", 1 => "fok", _ => "gtc" };
        var body = $$"""
            {"clientOrderId":"{{name}}","net":"{{Traded.Text(net)}}","units":{{random.Next(1, 20)}},"timeInForce":"{{time}}","legs":[
            {"symbol":"AMZN","side":"{{first}}","quantity":"1"},{"symbol":"MSFT","side":"{{second}}","quantity":"1"}]}
            """;
        return new Entry(Wish.Strategy, account, "AMZN", name, HttpMethod.Post, "strategies", body);
    }

    private Entry Amend(
        Random random, long account, string name,
        List<(string Symbol, long OrderId, string Name, decimal Price, decimal Quantity)> mine)
    {
        var order = mine[random.Next(mine.Count)];
        var (_, _, tick, lot) = Markets.Append(s_clearing).Single(market => market.Symbol == order.Symbol);
        var quantity = Math.Max(lot, order.Quantity + (lot * random.Next(-10, 5)));
        var price =
            random.Next(2) == 0 ? "" : $"\"price\":\"{Traded.Text(order.Price + (tick * random.Next(-5, 6)))}\",";
        var body = $$"""{{{price}}"quantity":"{{Traded.Text(quantity)}}","clientOrderId":"{{name}}"}""";
        return new Entry(
            Wish.Amend, account, order.Symbol, name, HttpMethod.Patch, $"orders/{order.Symbol}/{order.OrderId}", body)
        {
            Target = order.OrderId,
        };
    }

    private static Entry Cancel(
        Random random, long account,
        List<(string Symbol, long OrderId, string Name, decimal Price, decimal Quantity)> mine)
    {
        var at = random.Next(mine.Count);
        var order = mine[at];
        mine.RemoveAt(at);
        var path = random.Next(4) == 0 ? "orders/by-client-id/" + order.Name : $"orders/{order.Symbol}/{order.OrderId}";
        return new Entry(Wish.Cancel, account, order.Symbol, "", HttpMethod.Delete, path, null)
        {
            Target = order.OrderId,
        };
    }

    private Entry CancelAll(Random random, long account)
    {
        var symbol = random.Next(3) == 0 ? "" : Markets[random.Next(Markets.Count)].Symbol;
        var path = symbol.Length == 0 ? "orders" : "orders?symbol=" + symbol;
        return new Entry(Wish.CancelAll, account, symbol, "", HttpMethod.Delete, path, null);
    }

    private static Entry Deposit(Random random, long account, string name)
    {
        var (asset, amount) = random.Next(5) switch
        {
            0 => ("AAPL", 25m),
            1 => ("AMZN", 25m),
            2 => ("BTC", 0.05m),
            3 => ("MSFT", 25m),
            _ => ("USD", 2_500.75m),
        };
        var body = $$"""{"key":"{{name}}","asset":"{{asset}}","amount":"{{Traded.Text(amount)}}"}""";
        return new Entry(
            Wish.Deposit, account, "", name, HttpMethod.Post, $"admin/accounts/ACC-{account}/deposits", body)
        {
            Money = (asset, amount),
        };
    }

    private Entry Transfer(Random random, long account, string name)
    {
        var (asset, amount) = Money(random);
        var others = keys.Keys.Order().Where(other => other != account).ToArray();
        var body =
            $$"""{"key":"{{name}}","to":"ACC-{{others[random.Next(others.Length)]}}","asset":"{{asset}}","amount":"{{Traded.Text(amount)}}"}""";
        return new Entry(
            Wish.Transfer, account, "", name, HttpMethod.Post, $"admin/accounts/ACC-{account}/transfers", body)
        {
            Money = (asset, amount),
        };
    }

    private static Entry Withdraw(Random random, long account, string name)
    {
        var (asset, amount) = Money(random);
        var body =
            $$"""{"key":"{{name}}","asset":"{{asset}}","amount":"{{Traded.Text(amount)}}","destination":"bank of {{account}}"}""";
        return new Entry(Wish.Withdraw, account, "", name, HttpMethod.Post, "withdrawals", body)
        {
            Money = (asset, amount),
        };
    }

    private static (string Asset, decimal Amount) Money(Random random) => random.Next(3) switch
    {
        0 => ("AAPL", random.Next(1, 9)),
        1 => ("BTC", random.Next(1, 9) * 0.001m),
        // Sometimes more than anybody has.
        _ => ("USD", random.Next(12) == 0 ? 900_000_000m : random.Next(1, 99_999) * 0.01m),
    };
}
