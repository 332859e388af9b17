using System.Globalization;
using System.Text.Json.Nodes;

namespace QuantumCore.Client.Tests;

/// <summary>An order of the test exchange.</summary>
internal sealed class TestOrder
{
    internal required long Id { get; init; }

    internal required string Name { get; init; }

    internal required string Symbol { get; init; }

    internal required string Account { get; init; }

    internal required bool IsBuy { get; init; }

    internal required decimal? Price { get; init; }

    internal required string TimeInForce { get; init; }

    internal required decimal Quantity { get; set; }

    internal decimal Filled { get; set; }

    internal string Status { get; set; } = "new";

    internal string? EndReason { get; set; }

    internal long Sequence { get; set; }

    internal string Content { get; init; } = "";

    internal string Type { get; init; } = "limit";

    /// <summary>Terms beyond a plain order, as sent.</summary>
    internal JsonObject Terms { get; init; } = [];

    internal bool Waits => Type is not ("limit" or "market");

    internal JsonArray Fills { get; } = [];

    internal string SideName => IsBuy ? "buy" : "sell";

    internal bool IsOpen => Status is "new" or "partiallyFilled";

    internal decimal Remaining => IsOpen ? Quantity - Filled : 0m;

    internal JsonObject ToJson()
    {
        var order = Plain();
        foreach (var (name, value) in Terms)
            order[name] = value?.DeepClone();

        return order;
    }

    private JsonObject Plain() => new()
    {
        ["orderId"] = Id,
        ["clientOrderId"] = Name,
        ["symbol"] = Symbol,
        ["account"] = Account,
        ["side"] = SideName,
        ["type"] = Type,
        ["timeInForce"] = TimeInForce,
        ["price"] = Price?.ToString("0.00##", CultureInfo.InvariantCulture),
        ["quantity"] = TestBook.Text(Quantity),
        ["filled"] = TestBook.Text(Filled),
        ["remaining"] = TestBook.Text(Remaining),
        ["status"] = Status,
        ["endReason"] = EndReason,
        ["sequence"] = Sequence,
        ["time"] = TestBook.Time,
        ["timeNanos"] = TestBook.Nanos,
        ["fills"] = Fills.DeepClone(),
    };
}

/// <summary>A naive price-time book: one list, searched from the front.</summary>
internal sealed class TestBook(string symbol, TestExchange exchange)
{
    internal const string Time = "2026-01-01T00:00:00.000000001Z";
    internal const string Nanos = "1767225600000000001";

    private readonly Dictionary<(string Account, string Name), TestOrder> _names = [];
    private readonly Dictionary<long, TestOrder> _byId = [];
    private readonly List<TestOrder> _resting = [];
    private readonly List<JsonObject> _trades = [];
    private readonly Dictionary<string, List<JsonObject>> _fills = [];
    private long _sequence;

    internal string Symbol => symbol;

    internal IEnumerable<TestOrder> Orders => _byId.Values;

    internal static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    internal static (long, int) Place(string tradeId)
    {
        var parts = tradeId.Split('-');
        return (long.Parse(parts[0]), int.Parse(parts[1]));
    }

    internal IReadOnlyList<JsonObject> FillsOf(string account) => _fills.GetValueOrDefault(account) ?? [];

    internal TestOrder Place(string account, JsonObject body)
    {
        var name = (string?)body["clientOrderId"] ?? $"server-{_byId.Count}";
        var content = body.ToJsonString();
        if (_names.TryGetValue((account, name), out var known))
        {
            return known.Content == content
                ? known
                : throw new TestRefusal(409, "KeyConflict", "known with other content", "clientOrderId");
        }

        var quantity = decimal.Parse((string?)body["quantity"] ?? "0", CultureInfo.InvariantCulture);
        if (quantity > 1_000_000)
            throw new TestRefusal(400, "InvalidQuantity", "too large", "quantity", "1000000");

        var price =
            (string?)body["price"] is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : (decimal?)null;
        var order = new TestOrder
        {
            Id = _byId.Count + 1,
            Name = name,
            Symbol = symbol,
            Account = account,
            IsBuy = (string)body["side"]! == "buy",
            Price = price,
            TimeInForce = (string?)body["timeInForce"] ?? ((string?)body["type"] == "market" ? "ioc" : "gtc"),
            Quantity = quantity,
            Content = content,
            Type = (string?)body["type"] ?? "limit",
            Terms = new JsonObject(body.Where(member => member.Key is not ("symbol" or "side" or "type" or "timeInForce"
                or "price" or "quantity" or "clientOrderId"))
                .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))),
        };
        _names[(account, name)] = order;
        _byId[order.Id] = order;
        Enter(order);
        return order;
    }

    internal TestOrder Find(string account, long id) =>
        _byId.TryGetValue(id, out var order) && order.Account == account
            ? order
            : throw new TestRefusal(404, "UnknownOrder", "no such order", "orderId");

    internal JsonObject Cancel(string account, long id)
    {
        var order = FindOpen(account, id);
        End(order, "cancelled", "user");
        Publish([order.Price!.Value], order.IsBuy, []);
        return order.ToJson();
    }

    internal JsonObject Amend(string account, long id, JsonObject body)
    {
        var order = FindOpen(account, id);
        if (body["price"] is null && body["quantity"] is null)
        {
            foreach (var (condition, value) in body.Where(static member => member.Key != "clientOrderId"))
                order.Terms[condition] = value?.DeepClone();
            return order.ToJson();
        }

        if ((string?)body["expectedRemaining"] is { } expected
            && decimal.Parse(expected, CultureInfo.InvariantCulture) != order.Quantity - order.Filled)
            throw new TestRefusal(409, "StaleLeaves", "less is open", "expectedRemaining");

        var quantity = (string?)body["quantity"] is { } total
            ? decimal.Parse(total, CultureInfo.InvariantCulture)
            : order.Quantity;
        if (body["price"] is null && quantity < order.Quantity)
        {
            order.Quantity = quantity;
            order.Sequence = ++_sequence;
            Publish([order.Price!.Value], order.IsBuy, []);
            return order.ToJson();
        }

        Cancel(account, id);
        order.EndReason = "amended";
        return Place(account, new JsonObject
        {
            ["symbol"] = symbol,
            ["side"] = order.SideName,
            ["price"] = (string?)body["price"] ?? order.Price!.Value.ToString("0.00##", CultureInfo.InvariantCulture),
            ["quantity"] = Text(quantity - order.Filled),
            ["clientOrderId"] = (string?)body["clientOrderId"],
        }).ToJson();
    }

    internal JsonObject Snapshot(int depth) => new()
    {
        ["symbol"] = symbol,
        ["sequence"] = _sequence,
        ["time"] = Time,
        ["timeNanos"] = Nanos,
        ["bids"] = Levels(isBuy: true, depth),
        ["asks"] = Levels(isBuy: false, depth),
    };

    internal JsonObject Trades(int limit) => new()
    {
        ["trades"] = new JsonArray(
            [.. _trades.AsEnumerable().Reverse().Take(limit).Select(trade => trade.DeepClone())]),
    };

    private void Enter(TestOrder order)
    {
        order.Sequence = ++_sequence;
        if (order.Waits)
            return;

        var prices = new List<decimal>();
        var trades = new JsonArray();
        while (order.Quantity > order.Filled && Best(order) is { } maker)
        {
            prices.Add(maker.Price!.Value);
            trades.Add(Trade(order, maker, trades.Count));
        }

        if (order.Filled == order.Quantity)
            order.Status = "filled";
        else if (order.TimeInForce != "gtc")
            (order.Status, order.EndReason) = ("expired", "immediateOrCancel");
        else
            Rest(order);

        Publish(prices, !order.IsBuy, trades, order.IsOpen ? order : null);
    }

    private void Rest(TestOrder order)
    {
        if (order.Filled > 0)
            order.Status = "partiallyFilled";

        _resting.Add(order);
    }

    private TestOrder? Best(TestOrder taker)
    {
        var makers = _resting.Where(maker => maker.IsBuy != taker.IsBuy &&
            (taker.Price is not { } limit || (taker.IsBuy ? maker.Price <= limit : maker.Price >= limit)));
        if (exchange.LastInFirstOut)
            makers = makers.Reverse();

        return taker.IsBuy
            ? makers.MinBy(maker => maker.Price)
            : makers.MinBy(maker => -maker.Price);
    }

    private JsonObject Trade(TestOrder taker, TestOrder maker, int index)
    {
        var quantity = Math.Min(taker.Quantity - taker.Filled, maker.Remaining);
        var tradeId = $"{taker.Sequence}-{index}";
        foreach (var (order, liquidity) in new[] { (taker, "taker"), (maker, "maker") })
        {
            order.Filled += quantity;
            var fill = new JsonObject
            {
                ["tradeId"] = tradeId,
                ["price"] = maker.Price!.Value.ToString("0.00##", CultureInfo.InvariantCulture),
                ["quantity"] = Text(quantity),
                ["fee"] = "0.00",
                ["liquidity"] = liquidity,
            };
            order.Fills.Add(fill.DeepClone());
            fill["symbol"] = symbol;
            fill["orderId"] = order.Id;
            fill["clientOrderId"] = order.Name;
            fill["side"] = order.SideName;
            fill["time"] = Time;
            fill["timeNanos"] = Nanos;
            if (!_fills.TryGetValue(order.Account, out var fills))
                _fills[order.Account] = fills = [];

            fills.Add(fill);
        }

        if (maker.Filled == maker.Quantity)
            End(maker, "filled", null, count: false);
        else
            maker.Status = "partiallyFilled";

        var trade = new JsonObject
        {
            ["tradeId"] = tradeId,
            ["price"] = maker.Price!.Value.ToString("0.00##", CultureInfo.InvariantCulture),
            ["quantity"] = Text(quantity),
            ["takerSide"] = taker.SideName,
            ["time"] = Time,
            ["timeNanos"] = Nanos,
        };
        _trades.Add((JsonObject)trade.DeepClone());
        return trade;
    }

    private TestOrder FindOpen(string account, long id)
    {
        var order = Find(account, id);
        return order.IsOpen
            ? order
            : throw new TestRefusal(409, "OrderClosed", $"the order is {order.Status}", "orderId");
    }

    private void End(TestOrder order, string status, string? reason, bool count = true)
    {
        (order.Status, order.EndReason) = (status, reason);
        if (count)
            order.Sequence = ++_sequence;

        _resting.Remove(order);
    }

    private void Publish(IEnumerable<decimal> prices, bool isBuy, JsonArray trades, TestOrder? rested = null)
    {
        var changed = Changed(prices, isBuy);
        var other = rested is null ? [] : Changed([rested.Price!.Value], rested.IsBuy);
        exchange.Publish(
            new JsonObject
            {
                ["type"] = "update",
                ["symbol"] = symbol,
                ["previousSequence"] = _sequence - 1,
                ["sequence"] = _sequence,
                ["timeNanos"] = Nanos,
                ["bids"] = isBuy ? changed : other,
                ["asks"] = isBuy ? other : changed,
                ["trades"] = trades,
            },
            symbol);
    }

    private JsonArray Changed(IEnumerable<decimal> prices, bool isBuy) =>
    [
        .. prices.Distinct().Select(price => (JsonNode)Level(price, _resting
            .Where(order => order.IsBuy == isBuy && order.Price == price).Sum(order => order.Remaining))),
    ];

    private JsonArray Levels(bool isBuy, int depth) =>
    [
        .. _resting.Where(order => order.IsBuy == isBuy).GroupBy(order => order.Price!.Value)
            .OrderBy(level => isBuy ? -level.Key : level.Key).Take(depth)
            .Select(level => (JsonNode)Level(level.Key, level.Sum(order => order.Remaining))),
    ];

    private static JsonArray Level(decimal price, decimal quantity) =>
        [price.ToString("0.00##", CultureInfo.InvariantCulture), Text(quantity)];
}
