using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Mutants of good requests on every wire. None causes an internal error, and a malformed request leaves no record.
/// Seeded. QUANTUMCORE_FUZZ sets the number of mutants, by default 20,000.
/// </summary>
[Trait("Suite", "Slow")]
public sealed class FuzzTests
{
    private const int Connections = 8;
    private const int Batch = 5_000;
    private const int Attempts = 30;
    private const string Secret = "demo-alice-secret";

    private static readonly (string Method, string Path, string? Body)[] s_good =
    [
        ("POST", "orders",
            """{"symbol":"AAPL","side":"buy","type":"limit","timeInForce":"gtc","price":"120.00","quantity":"10","postOnly":false}"""),
        ("POST", "orders",
            """{"symbol":"AAPL","side":"sell","type":"trailingStopLimit","timeInForce":"gtd","goodTill":"2030-01-01T00:00:00.5Z","quantity":"1","trailingBasisPoints":250,"activationPrice":"151","limitOffset":"0.10","triggerBy":"mark","selfTrade":"expireTaker"}"""),
        ("POST", "orders",
            """{"symbol":"AAPL","side":"buy","price":"120","quantity":"100","displayQuantity":"10","minQuantity":"5","hidden":false,"allOrNone":false,"slide":false}"""),
        ("POST", "orders/batch",
            """{"orders":[{"symbol":"AAPL","side":"buy","price":"120.00","quantity":"1"},{"symbol":"MSFT","side":"sell","price":"900","quantity":"1"}]}"""),
        ("POST", "order-lists",
            """{"kind":"oco","orders":[{"symbol":"AAPL","side":"sell","price":"160","quantity":"1"},{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"120","quantity":"1"}]}"""),
        ("POST", "strategies",
            """{"net":"-230.00","units":1,"legs":[{"symbol":"AMZN","side":"buy","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"1"}]}"""),
        ("PATCH", "orders/AAPL/1", """{"price":"119.00","quantity":"5"}"""),
        ("DELETE", "orders/AAPL/1", null),
        ("DELETE", "orders?symbol=AAPL&side=buy", null),
        ("GET", "orders?open=true&symbol=AAPL", null),
        ("GET", "fills?symbol=AAPL&limit=10&after=1-0", null),
        ("GET", "account/statement?from=2026-01-01&to=2026-01-31&limit=10", null),
        ("GET", "account/positions?cost=fifo&fees=inCost", null),
        ("GET", "book/AAPL?depth=10", null),
        ("POST", "transfers", """{"key":"t-1","to":"ACC-1002","asset":"USD","amount":"1.00"}"""),
        ("POST", "withdrawals", """{"key":"w-1","asset":"USD","amount":"1.00","destination":"DE89 3704"}"""),
        ("POST", "sessions", """{"name":"zoe","password":"correct horse","code":"123456"}"""),
        ("POST", "user/authenticator",
            """{"password":"correct horse","secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ","code":"123456"}"""),
        ("DELETE", "sessions/0123456789abcdef", null),
        ("POST", "admin/accounts/ACC-1001/limits",
            """{"symbol":"AAPL","maxOrderQuantity":"500","why":"new customer"}"""),
        ("PATCH", "admin/users/zoe", """{"role":"risk"}"""),
        ("POST", "admin/symbols/AAPL/rules", """{"protection":"1.00","staticBand":500,"dynamicBandMode":"auction"}"""),
        ("POST", "/order", """{"symbol":"AAPL","side":"buy","type":"limit","price":120.00,"quantity":10}"""),
        ("GET", "/api/v3/depth?symbol=AAPL&limit=5", null),
        ("GET", "/api/v3/klines?symbol=AAPL&interval=1m&startTime=1767225600000&limit=5", null),
        ("GET", "/api/v3/ticker/24hr?symbols=%5B%22AAPL%22%5D&type=MINI", null),
        ("SIGNED POST", "/api/v3/order?symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=120.00", null),
        ("SIGNED POST",
            "/api/v3/orderList/oco?symbol=AAPL&side=SELL&quantity=1&aboveType=LIMIT_MAKER&abovePrice=160&belowType=STOP_LOSS&belowStopPrice=120",
            null),
        ("SIGNED GET", "/api/v3/orderList?origClientOrderId=x", null),
        ("SIGNED GET", "/api/v3/allOrderList?fromId=1&limit=5", null),
        ("SIGNED DELETE", "/api/v3/orderList?symbol=AAPL&orderListId=7", null),
        ("SIGNED PUT", "/api/v3/userDataStream?listenKey=x", null),
        ("SIGNED DELETE", "/api/v3/order?symbol=AAPL&orderId=1", null),
        ("SIGNED GET", "/api/v3/allOrders?symbol=AAPL&limit=5", null),
    ];

    private static readonly string[] s_busy = ["\"Overloaded\"", "\"OutcomeUnknown\"", "-1008", "-1007"];

    private static readonly string[] s_messages =
    [
        """{"id":1,"op":"place","order":{"symbol":"AAPL","side":"buy","price":"120.00","quantity":"1"}}""",
        """{"id":"b","op":"batch","orders":[{"symbol":"AAPL","side":"buy","price":"120.00","quantity":"1"}]}""",
        """{"id":2,"op":"cancel","symbol":"AAPL","orderId":1}""",
        """{"id":3,"op":"cancelAll","symbol":"AAPL","side":"buy"}""",
        """{"id":4,"op":"cancelOnDisconnect","on":false}""",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Count =>
        int.TryParse(
            Environment.GetEnvironmentVariable("QUANTUMCORE_FUZZ"), CultureInfo.InvariantCulture, out var count)
            ? count
            : 10_000;

    [Fact]
    public async Task Mutants_of_good_requests_end_in_no_fault_and_what_is_malformed_leaves_no_record()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--market-maker", "off", "--binance-weight", "0", "--binance-orders", "0"]);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections })
        {
            BaseAddress = new Uri(silo.Address, "/api/qc/v1/"),
        };
        var statuses = new ConcurrentDictionary<int, int>();

        try
        {
            await SendAllAsync(http, storage, statuses);
            await FollowAsync(silo, Count / 10);
        }
        finally
        {
            // The exchange's own explanation is in its log.
            TestContext.Current.TestOutputHelper?.WriteLine(silo.Output[^Math.Min(silo.Output.Length, 4_000)..]);
        }

        Assert.DoesNotContain("failed; trace", silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("failed (attempt", silo.Output, StringComparison.Ordinal);
        var answers =
            string.Join(' ', statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}:{status.Value}"));
        TestContext.Current.TestOutputHelper?.WriteLine(answers);
        Assert.True(
            statuses.GetValueOrDefault(200) > Count / 100 && statuses.GetValueOrDefault(400) > Count / 100, answers);
    }

    private static ParallelOptions Options => new()
    {
        MaxDegreeOfParallelism = Connections,
        CancellationToken = Cancellation,
    };

    /// <summary>
    /// Sends every mutant, batch by batch. Then repeats those rejected as malformed, and checks that the journal is
    /// unchanged.
    /// </summary>
    private static async Task SendAllAsync(HttpClient http, Storage storage, ConcurrentDictionary<int, int> statuses)
    {
        for (var first = 0; first < Count; first += Batch)
        {
            var malformed = new ConcurrentBag<int>();
            await Parallel.ForEachAsync(
                Enumerable.Range(first, Math.Min(Batch, Count - first)), Options, async (seed, _) =>
                {
                    var (status, isMalformed) = await SendAsync(http, seed);
                    statuses.AddOrUpdate(status, 1, static (_, count) => count + 1);
                    if (isMalformed)
                        malformed.Add(seed);
                });

            var before = await storage.SettledAsync();
            await Parallel.ForEachAsync(malformed, Options, async (seed, _) =>
            {
                var (status, _) = await SendAsync(http, seed);
                Assert.True(
                    status is >= 400 and < 500, $"Mutant {seed} was refused as malformed, and then answered {status}.");
            });
            Assert.Equal(before, await storage.HeadsTextAsync());
        }
    }

    /// <summary>
    /// Sends the mutant of a seed. Returns its status, which is never an internal error, and whether it was rejected as
    /// malformed. If the exchange reports overload on a busy machine, the mutant is sent again.
    /// </summary>
    private static async Task<(int Status, bool IsMalformed)> SendAsync(HttpClient http, int seed)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (status, isMalformed, isBusy, what) = await TryAsync(http, seed);
            if (isBusy && attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
                continue;
            }

            Assert.True(status is 200 or (>= 400 and < 500), $"Mutant {seed}, {what}");
            return (status, isMalformed);
        }
    }

    private static async Task<(int Status, bool IsMalformed, bool IsBusy,
        string What)> TryAsync(HttpClient http, int seed)
    {
        var random = new Random(seed);
        var (method, path, body) = s_good[random.Next(s_good.Length)];
        var isSigned = method.StartsWith("SIGNED ", StringComparison.Ordinal);
        // A quarter of the bodies stay unchanged. The path changes in three of four requests without a body, and in
        // three of sixteen with one.
        if (random.Next(4) > 0 && (body is null || random.Next(4) == 0))
            path = MutateQuery(path, random);
        if (isSigned)
        {
            path += $"&timestamp={TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}";
            var payload = path[(path.IndexOf('?', StringComparison.Ordinal) + 1)..];
            path += "&signature=" + Convert.ToHexStringLower(
                HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(payload)));
        }

        using var request = new HttpRequestMessage(new HttpMethod(isSigned ? method[7..] : method), path);
        request.Headers.Add(
            isSigned ? "X-MBX-APIKEY" : "X-Api-Key",
            path.StartsWith("admin", StringComparison.Ordinal) ? "demo-admin" : "demo-alice");
        if (body is not null)
            request.Content = new ByteArrayContent(
                random.Next(4) == 0 ? Encoding.UTF8.GetBytes(body) : Mutant.Of(Encoding.UTF8.GetBytes(body), random));
        using var response = await http.SendAsync(request, Cancellation);
        var status = (int)response.StatusCode;
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        // The Binance Spot interface returns 400 for much else; its codes for malformed requests are those from -1100
        // on. A rejected amendment depends on the order: the account knows it, and its decision is recorded under the
        // request's key.
        var isForm = path.StartsWith("/api/v3", StringComparison.Ordinal)
            ? text.Contains("\"code\":-11", StringComparison.Ordinal)
            : status == 400
                && !(method == "PATCH" && text.Contains("\"code\":\"InvalidCombination\"", StringComparison.Ordinal));
        // An order that was held and then found its book too busy has an unknown outcome. A grain that failed would be
        // in the log.
        var isBusy = Array.Exists(s_busy, code => text.Contains($"\"code\":{code}", StringComparison.Ordinal));
        return (status, isForm || status is 401 or 403 or 405 or 413, isBusy,
            $"{method} {path}, was answered {status}: {text}");
    }

    /// <summary>Sends mutants over the WebSocket of orders: each message gets a response, whatever it is.</summary>
    private static async Task FollowAsync(SiloProcess silo, int count)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Api-Key", "demo-bob");
        await socket.ConnectAsync(
            new UriBuilder(silo.Address) { Scheme = "ws", Path = "/api/qc/v1/trading" }.Uri, Cancellation);
        var random = new Random(count);
        var buffer = new byte[64 * 1024];
        for (var i = 0; i < count; i++)
        {
            var mutant = Mutant.Of(Encoding.UTF8.GetBytes(s_messages[random.Next(s_messages.Length)]), random);
            await socket.SendAsync(mutant, WebSocketMessageType.Binary, true, Cancellation);
            var received = await socket.ReceiveAsync(buffer, Cancellation);
            using var answer = JsonDocument.Parse(buffer.AsMemory(0, received.Count));
            var status = answer.RootElement.GetProperty("status").GetInt32();
            var isBusy = status == 503 && s_busy.Contains(
                answer.RootElement.GetProperty("error").GetProperty("code").GetRawText(), StringComparer.Ordinal);
            Assert.True(
                status is 200 or (>= 400 and < 500) || isBusy,
                $"Message {i}, {Convert.ToHexString(mutant)}, was answered {status}.");
        }
    }

    private static string MutateQuery(string path, Random random)
    {
        var letters = path.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            // The beginning stays: another path is another test.
            var at = random.Next(Math.Min(letters.Count - 1, letters.LastIndexOf('/') + 1), letters.Count);
            if (random.Next(2) == 0 && letters.Count > at + 1)
                letters.RemoveAt(at);
            else
                letters.Insert(at, "0123456789ABCxyz-=&?.,%_~"[random.Next(25)]);
        }

        return string.Concat(letters);
    }
}
