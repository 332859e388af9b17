using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace QuantumCore.Client.Tests;

/// <summary>Fault of the next request that changes something.</summary>
internal enum Fault
{
    None,
    DropBefore,
    DropAfter,
    Overloaded,
    TooMany,
    OutcomeUnknownAfter,
    Halted,
    Crash,

    /// <summary>Executed without a response: <see cref="TestExchange.Hung"/> is called.</summary>
    Hang,

    /// <summary>An amendment's replacement is held and shown without an id; a repeated amendment enters it.</summary>
    InFlight,
}

/// <summary>
/// A small exchange that speaks docs/protocol.md over a real socket, with a simple price-time book, and that fails on
/// demand. Written from that page alone: it shares no code with the product.
/// </summary>
internal sealed partial class TestExchange : IAsyncDisposable
{
    private const string Base = "/api/qc/v1";

    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TestBook> _books = [];
    private readonly Dictionary<string, string> _keys = new()
    {
        ["demo-alice"] = "ACC-1001",
        ["demo-bob"] = "ACC-1002",
        ["demo-admin"] = "ACC-9999",
    };

    private readonly Queue<Fault> _faults = new();
    private readonly List<TestStream> _streams = [];
    private readonly List<JsonObject> _inFlight = [];

    private TestExchange(WebApplication app) => _app = app;

    internal Uri Address => new(_app.Urls.First());

    /// <summary>Method and path of each request that changes something, in sequence.</summary>
    internal List<string> Changes { get; } = [];

    internal List<JsonNode> Instruments { get; } = [];

    internal List<JsonNode> FeeSchedules { get; } = [];

    /// <summary>Operator's requests, with their bodies.</summary>
    internal List<string> Operations { get; } = [];

    /// <summary>Strategies requested, as their bodies.</summary>
    internal List<string> Strategies { get; } = [];

    internal string Phase { get; private set; } = "continuous";

    internal Dictionary<string, JsonObject> Deposits { get; } = [];

    /// <summary>Seconds in Retry-After of an overload response; null omits the header.</summary>
    internal int? RetryAfterSeconds { get; set; }

    /// <summary>Interval of changes whose response is dropped; 0 for never.</summary>
    internal int DropEvery { get; set; }

    /// <summary>Number of updates to withhold from the streams' readers.</summary>
    internal int UpdatesToLose { get; set; }

    /// <summary>
    /// True to let new streams go silent after their first snapshot, without replies to pings, like a stopped process.
    /// </summary>
    internal bool FallsSilent { get; set; }

    /// <summary>True to close new streams before they send anything.</summary>
    internal bool ClosesStreams { get; set; }

    /// <summary>Called when a change is executed and its response is withheld.</summary>
    internal Action Hung { get; set; } = static () => { };

    internal int Snapshots { get; private set; }

    internal int StreamsOpened { get; private set; }

    /// <summary>True to reverse priority, so that the wrong resting order is chosen.</summary>
    internal bool LastInFirstOut { get; set; }

    /// <summary>Number of API keys created for accounts.</summary>
    internal int KeysOfAccounts => _keys.Count(key => key.Key.StartsWith("key-", StringComparison.Ordinal));

    /// <summary>True if fills can be queried after a trade.</summary>
    internal bool PagesFills { get; set; } = true;

    internal static async Task<TestExchange> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        var app = builder.Build();
        app.UseWebSockets();
        var exchange = new TestExchange(app);
        exchange.Map(app);
        exchange.List("AAPL");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return exchange;
    }

    internal void Next(params Fault[] faults)
    {
        lock (_gate)
        {
            foreach (var fault in faults)
                _faults.Enqueue(fault);
        }
    }

    internal void List(string symbol)
    {
        Instruments.Add(JsonNode.Parse(
            $$"""
            {"symbol":"{{symbol}}","baseAsset":"{{symbol}}","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,
             "tickSize":"0.01","lotSize":"1","minPrice":"0.01","maxPrice":"1000000.00","minQuantity":"1",
             "maxQuantity":"1000000","minNotional":"0.00","maxNotional":"1000000000.00","makerFeePpm":0,
             "takerFeePpm":300,"referencePrice":"150.00","protectionPpm":50000,"maxLevels":100000}
            """)!);
        _books[symbol] = new TestBook(symbol, this);
    }

    internal TestBook Book(string symbol) => _books[symbol];

    internal async Task CutStreamsAsync()
    {
        TestStream[] streams;
        lock (_gate)
            streams = [.. _streams];

        foreach (var stream in streams)
            stream.Abort();

        await Task.CompletedTask;
    }

    internal void Publish(JsonObject update, string symbol)
    {
        if (UpdatesToLose > 0)
        {
            UpdatesToLose--;
            return;
        }

        foreach (var stream in _streams)
            stream.Update(symbol, update);
    }

    public async ValueTask DisposeAsync()
    {
        await CutStreamsAsync();
        await _app.DisposeAsync();
    }

    private void Map(WebApplication app)
    {
        var api = app.MapGroup(Base);
        Change(api, "POST", "/orders", (book, call) => Place(call.Account, call.Body!));
        Change(api, "POST", "/orders/batch", (_, call) => Batch(call));
        Change(api, "POST", "/order-lists", (_, call) => PlaceList(call));
        Change(api, "POST", "/strategies", (_, call) => PlaceStrategy(call));
        Change(api, "PATCH", "/orders/{symbol}/{id}", (book, call) => book!.Amend(call.Account, call.Id, call.Body!));
        Change(api, "DELETE", "/orders/{symbol}/{id}", (book, call) => book!.Cancel(call.Account, call.Id));
        Change(api, "DELETE", "/orders/by-client-id/{name}", (_, call) => CancelByName(call));
        Change(api, "DELETE", "/orders", (_, call) => CancelAll(call));
        Change(api, "POST", "/admin/accounts/{account}/deposits", (_, call) => Deposit(call));
        Change(api, "POST", "/admin/accounts/{account}/keys", (_, call) => MakeKey(call));
        Change(api, "DELETE", "/admin/keys/{name}", (_, call) => RevokeKey(call));
        Change(api, "POST", "/admin/instruments", (_, call) => ListInstrument(call));
        foreach (var name in (ReadOnlySpan<string>)["phase", "mark", "reference", "rules", "bust", "correct"])
            Change(api, "POST", $"/admin/symbols/{{symbol}}/{name}", (_, call) => Operate(name, call));
        Change(api, "POST", "/admin/accounts/{account}/block", (_, call) => Block(call, isBlocked: true));
        Change(api, "POST", "/admin/accounts/{account}/unblock", (_, call) => Block(call, isBlocked: false));
        Change(api, "POST", "/admin/breaker", (_, call) => Break(call));
        Read(api, "/orders/{symbol}/{id}/position", (book, call) => Position(book!.Find(call.Account, call.Id)));
        Read(api, "/symbols/{symbol}/state", (_, call) => State(call.Symbol!));
        Read(api, "/orders", (_, call) => OpenOrders(call));
        Read(api, "/orders/by-client-id/{name}", (_, call) => FindByName(call).ToJson());
        Read(api, "/orders/history", (_, call) => PastOrders(call));
        Read(api, "/orders/{symbol}/{id}", (book, call) => book!.Find(call.Account, call.Id).ToJson());
        Read(api, "/fills", (_, call) => Fills(call));
        Read(api, "/account", (_, call) => Account(call));
        Read(api, "/admin/fees", (_, _) => new JsonObject { ["schedules"] = Copy(FeeSchedules) });
        Read(api, "/instruments", (_, _) => new JsonObject { ["instruments"] = Copy(Instruments) });
        Read(api, "/book/{symbol}", (book, call) => book!.Snapshot(int.Parse(call.Query("depth") ?? "20")));
        Read(api, "/trades/{symbol}", (book, call) => book!.Trades(int.Parse(call.Query("limit") ?? "100")));
        MapAlerts(api);
        api.MapGet("/stream", (Delegate)ServeStreamAsync);
    }

    private delegate JsonNode Answer(TestBook? book, TestCall call);

    private void Read(IEndpointRouteBuilder api, string path, Answer answer) =>
        api.MapGet(path, (RequestDelegate)(context => AnswerAsync(context, answer, Fault.None)));

    private void Change(IEndpointRouteBuilder api, string method, string path, Answer answer) =>
        api.MapMethods(path, [method], (RequestDelegate)(context => AnswerAsync(context, answer, NextFault(context))));

    private Fault NextFault(HttpContext context)
    {
        lock (_gate)
        {
            Changes.Add($"{context.Request.Method} {context.Request.Path.Value![Base.Length..]}");
            if (_faults.TryDequeue(out var fault))
                return fault;

            return DropEvery > 0 && Changes.Count % DropEvery == 0 ? Fault.DropAfter : Fault.None;
        }
    }

    private async Task AnswerAsync(HttpContext context, Answer answer, Fault fault)
    {
        var status = 200;
        JsonNode body;
        try
        {
            var call = await TestCall.ReadAsync(context, _keys);
            switch (fault)
            {
                case Fault.DropBefore:
                    context.Abort();
                    return;
                case Fault.Overloaded or Fault.TooMany:
                    if (RetryAfterSeconds is { } seconds)
                        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);

                    throw fault == Fault.TooMany
                        ? new TestRefusal(429, "TooManyRequests", "too often")
                        : new TestRefusal(503, "Overloaded", "queues are full");
                case Fault.Halted:
                    throw new TestRefusal(422, "SymbolHalted", "halted");
                case Fault.Crash:
                    context.Response.StatusCode = 502;
                    return;
            }

            lock (_gate)
            {
                if (fault == Fault.InFlight)
                    Hold(call);

                _inFlight.RemoveAll(order => (string)order["clientOrderId"]! == (string?)call.Body?["clientOrderId"]);
                body = answer(call.Symbol is null ? null : FindBook(call.Symbol), call);
            }

            if (fault == Fault.OutcomeUnknownAfter)
                throw new TestRefusal(503, "OutcomeUnknown", "a silo went away");
        }
        catch (TestRefusal refusal)
        {
            (status, body) = (refusal.Status, refusal.ToJson());
        }

        if (fault == Fault.Hang)
        {
            Hung();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        if (fault == Fault.DropAfter)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = status == 200 ? "application/json" : "application/problem+json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private TestBook FindBook(string symbol) => _books.TryGetValue(symbol, out var book)
        ? book
        : throw new TestRefusal(404, "UnknownSymbol", $"no symbol {symbol}", "symbol");

    private JsonObject Place(string account, JsonObject body) =>
        FindBook((string)body["symbol"]!).Place(account, body).ToJson();

    private JsonObject Batch(TestCall call)
    {
        var results = new JsonArray();
        foreach (var entry in call.Body!["orders"]!.AsArray())
        {
            try
            {
                // A fault queued behind the batch's own affects its entries one by one.
                if (_faults.TryDequeue(out var fault) && fault == Fault.Overloaded)
                    throw new TestRefusal(503, "Overloaded", "queues are full");

                results.Add(new JsonObject { ["order"] = Place(call.Account, entry!.AsObject()) });
            }
            catch (TestRefusal refusal)
            {
                results.Add(new JsonObject { ["error"] = refusal.ToJson() });
            }
        }

        return new JsonObject { ["results"] = results };
    }

    private JsonObject PlaceList(TestCall call)
    {
        var orders = call.Body!["orders"]!.AsArray().Select(order => Place(call.Account, order!.AsObject()));
        return new JsonObject { ["kind"] = (string)call.Body["kind"]!, ["orders"] = Copy(orders) };
    }

    private JsonObject PlaceStrategy(TestCall call)
    {
        var body = call.Body!;
        Strategies.Add(body.ToJsonString());
        var (name, units, legs) = ((string)body["clientOrderId"]!, (long)body["units"]!, body["legs"]!.AsArray());
        if (legs.Count < 2)
            throw new TestRefusal(400, "BadRequest", "too few legs", "legs", "2");

        var orders = legs.Select((leg, i) => (JsonNode)Place(call.Account, new JsonObject
        {
            ["symbol"] = (string)leg!["symbol"]!,
            ["side"] = (string)leg["side"]!,
            ["type"] = "leg",
            ["timeInForce"] = (string?)body["timeInForce"] ?? "gtc",
            ["price"] = "150.00",
            ["quantity"] = TestBook.Text(units * decimal.Parse((string)leg["quantity"]!, CultureInfo.InvariantCulture)),
            ["clientOrderId"] = i == 0 ? name : $"{name}.{i + 1}",
            ["strategy"] = new JsonObject
            {
                ["net"] = (string)body["net"]!,
                ["leg"] = i + 1,
                ["legs"] = legs.DeepClone(),
            },
        }));
        return new JsonObject
        {
            ["kind"] = "strategy",
            ["net"] = (string)body["net"]!,
            ["units"] = units,
            ["orders"] = Copy(orders.ToArray()),
        };
    }

    private static JsonObject Position(TestOrder order) => new()
    {
        ["symbol"] = order.Symbol,
        ["orderId"] = order.Id,
        ["ordersAhead"] = 3,
        ["quantityAhead"] = "120",
    };

    private JsonObject State(string symbol)
    {
        _ = FindBook(symbol);
        return (JsonObject)JsonNode.Parse(
            $$$"""
            {"symbol":"{{{symbol}}}","sequence":7,"phase":"{{{Phase}}}","lastPrice":"150.00","markPrice":null,"referencePrice":"149.50",
             "indicative":{"price":"150.50","quantity":"30","imbalance":"-12"}}
            """)!;
    }

    private JsonObject Operate(string name, TestCall call)
    {
        RequireAdmin(call);
        Operations.Add($"{name} {call.Symbol} {call.Body!.ToJsonString()}");
        Phase = (string?)call.Body["phase"] ?? Phase;
        return name is "bust" or "correct" ? Changed(call) : State(call.Symbol!);
    }

    private static JsonObject Changed(TestCall call)
    {
        var price = (string?)call.Body!["price"];
        return new JsonObject
        {
            ["symbol"] = call.Symbol,
            ["tradeId"] = (string?)call.Body["trade"],
            ["state"] = price is null ? "void" : "corrected",
            ["tradedPrice"] = "150.00",
            ["price"] = price,
            ["quantity"] = "10",
            ["buyer"] = "ACC-1001",
            ["seller"] = "ACC-1002",
            ["buyerFee"] = price is null ? "0.00" : "0.15",
            ["sellerFee"] = price is null ? "0.00" : "0.30",
            ["sequence"] = 18,
        };
    }

    private JsonObject Block(TestCall call, bool isBlocked)
    {
        RequireAdmin(call);
        var only = (string?)call.Body!["symbol"];
        var symbols = _books.Keys.Where(symbol => symbol == (only ?? symbol)).Order(StringComparer.Ordinal);
        return new JsonObject
        {
            ["account"] = call.AccountInPath,
            ["blocked"] = isBlocked,
            ["symbols"] = new JsonArray([.. symbols.Select(symbol => (JsonNode)symbol)]),
        };
    }

    private JsonObject Break(TestCall call)
    {
        RequireAdmin(call);
        Operations.Add($"breaker {call.Body!.ToJsonString()}");
        return new JsonObject { ["level"] = 1, ["acted"] = true, ["symbols"] = new JsonArray("AAPL") };
    }

    private JsonObject CancelByName(TestCall call)
    {
        var order = FindByName(call);
        return _books[order.Symbol].Cancel(call.Account, order.Id);
    }

    private TestOrder FindByName(TestCall call) => _books.Values.SelectMany(book => book.Orders)
        .FirstOrDefault(order => order.Account == call.Account && order.Name == call.Name)
        ?? throw new TestRefusal(404, "UnknownOrder", "no such name", "clientOrderId");

    private JsonObject PastOrders(TestCall call)
    {
        var (limit, after) = (int.Parse(call.Query("limit")!), long.Parse(call.Query("after") ?? "9999999"));
        var orders = _books.Values.SelectMany(book => book.Orders)
            .Where(
                order => order.Account == call.Account && (call.Query("symbol") ?? order.Symbol) == order.Symbol
                    && order.Id < after)
            .OrderByDescending(order => order.Id).Take(limit + 1).ToArray();
        return new()
        {
            ["orders"] = Copy(orders.Take(limit).Select(order => order.ToJson())),
            ["next"] = orders.Length > limit ? $"{orders[limit - 1].Id}" : null,
        };
    }

    private JsonObject CancelAll(TestCall call)
    {
        var cancelled = 0;
        foreach (var book in _books.Values.Where(book => (call.Query("symbol") ?? book.Symbol) == book.Symbol))
        {
            foreach (var order in book.Orders.Where(order => order.IsOpen && order.Account == call.Account &&
                (call.Query("side") ?? order.SideName) == order.SideName).ToArray())
            {
                book.Cancel(call.Account, order.Id);
                cancelled++;
            }
        }

        return new JsonObject { ["cancelled"] = cancelled };
    }

    private void Hold(TestCall call)
    {
        var order = FindBook(call.Symbol!).Find(call.Account, call.Id).ToJson();
        order["orderId"] = 0;
        order["clientOrderId"] = (string)call.Body!["clientOrderId"]!;
        order["price"] = (string?)call.Body["price"] ?? (string?)order["price"];
        _inFlight.Add(order);
        throw new TestRefusal(503, "OutcomeUnknown", "the book did not answer");
    }

    private JsonObject OpenOrders(TestCall call) => new JsonObject
    {
        ["orders"] = Copy(_inFlight.Concat<JsonNode>(_books.Values.SelectMany(book => book.Orders)
            .Where(order => order.IsOpen && order.Account == call.Account &&
                (call.Query("symbol") ?? order.Symbol) == order.Symbol)
            .Select(order => order.ToJson()))),
    };

    private JsonObject Fills(TestCall call)
    {
        var fills = _books.Values.Where(book => (call.Query("symbol") ?? book.Symbol) == book.Symbol)
            .SelectMany(book => book.FillsOf(call.Account));
        var limit = int.Parse(call.Query("limit") ?? "100");
        if (PagesFills && call.Query("after") is { } after)
            fills = fills.Where(
                fill => TestBook.Place(((string)fill["tradeId"]!)).CompareTo(TestBook.Place(after)) > 0);
        else
            fills = fills.Reverse();

        return new JsonObject { ["fills"] = Copy(fills.Take(limit)) };
    }

    private static JsonObject Account(TestCall call) => (JsonObject)JsonNode.Parse(
        $$"""
        {"account":"{{call.Account}}","sequence":12,
         "balances":[{"asset":"USD","total":"1000.00","held":"15.00","available":"985.00"}]}
        """)!;

    private JsonObject Deposit(TestCall call)
    {
        RequireAdmin(call);
        var name = $"{call.AccountInPath}/{call.Body!["key"]}";
        if (!Deposits.TryGetValue(name, out var booked))
        {
            Deposits[name] = booked = new JsonObject
            {
                ["account"] = call.AccountInPath,
                ["key"] = (string)call.Body["key"]!,
                ["asset"] = (string)call.Body["asset"]!,
                ["amount"] = (string)call.Body["amount"]!,
                ["sequence"] = Deposits.Count + 1,
            };
        }

        return (JsonObject)booked.DeepClone();
    }

    private JsonObject MakeKey(TestCall call)
    {
        RequireAdmin(call);
        var key = $"key-{_keys.Count}";
        _keys[key] = call.AccountInPath!;
        var grant = new JsonObject { ["account"] = call.AccountInPath, ["apiKey"] = key, ["id"] = $"id-of-{key}" };
        if ((string?)call.Body?["signing"] == "hmac")
            grant["secret"] = $"secret-of-{key}";
        return grant;
    }

    private JsonObject RevokeKey(TestCall call)
    {
        RequireAdmin(call);
        var key = call.Name!["id-of-".Length..];
        var account = _keys[key];
        _keys.Remove(key);
        return new JsonObject
        {
            ["id"] = call.Name,
            ["account"] = account,
            ["label"] = account,
            ["administers"] = false,
            ["readOnly"] = false,
            ["signing"] = null,
            ["addresses"] = new JsonArray(),
            ["demo"] = false,
        };
    }

    private JsonObject ListInstrument(TestCall call)
    {
        RequireAdmin(call);
        var symbol = (string)call.Body!["symbol"]!;
        Instruments.Add(call.Body.DeepClone());
        _books[symbol] = new TestBook(symbol, this);
        return (JsonObject)call.Body.DeepClone();
    }

    private static void RequireAdmin(TestCall call)
    {
        if (call.Account != "ACC-9999")
            throw new TestRefusal(403, "Forbidden", "an administrator's key is needed");
    }

    private static JsonArray Copy(IEnumerable<JsonNode> nodes) => [.. nodes.Select(node => node.DeepClone())];

    private async Task ServeStreamAsync(HttpContext context)
    {
        if (RefusesUpgrade(context))
            return;

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        if (ClosesStreams)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, null, context.RequestAborted);
            return;
        }

        var stream = new TestStream(socket);
        lock (_gate)
        {
            StreamsOpened++;
            _streams.Add(stream);
        }

        var buffer = new byte[4096];
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;

                var request = JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, received.Count))!;
                lock (_gate)
                    Subscribe(stream, (string)request["op"]!, (string)(request["channel"] ?? request["symbol"])!);
                if (FallsSilent)
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            // The reader disconnected.
        }

        lock (_gate)
            _streams.Remove(stream);

        await stream.CloseAsync();
    }
}
