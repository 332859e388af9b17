using System.Net.Sockets;
using System.Text;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Malformed requests change nothing.</summary>
public sealed class MalformedTests
{
    private static readonly string[] s_bodies =
    [
        "", "null", "[]", "{}", "{", "\"x\"", "123", "{\"symbol\":\"AAPL\"", "{\"symbol\":\"AAPL\"}",
        Order(price: "NaN"), Order(price: "-1"), Order(price: "1e400"), Order(price: "0"), Order(price: "150.001"),
        Order(price: "9223372036854775808"),
        Order(price: " 150.00"), Order(price: "+150.00"), Order(price: "150,00"), Order(price: "\u0661\u0665\u0660"),
        Order(price: new string('9', 5_000)),
        Order(quantity: "0"), Order(quantity: "-5"), Order(quantity: "1.5"), Order(quantity: "99999999999999999999"),
        Order(quantity: ""),
        Order(symbol: "aapl"), Order(symbol: "NOPE"), Order(symbol: "AAPL' OR 1=1--"), Order(symbol: "../AAPL"),
        Order(symbol: ""),
        Order(side: "hold"), Order(side: "BUY"), Order(name: ""), Order(name: "has space"),
        Order(name: new string('x', 37)), Order(name: "snow\u2603"),
        """{"symbol":"AAPL","symbol":"MSFT","side":"buy","price":"150.00","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1","extra":1}""",
        """{"symbol":"AAPL","side":"buy","price":150.5e0,"quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","type":"market","price":"150.00","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","type":"stop","price":"150.00","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"DAY","price":"150.00","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"ioc","postOnly":true,"price":"150.00","quantity":"1"}""",
        "{\"symbol\":\"AAPL\",\"side\":\"buy\",\"price\":\"150.00\",\"quantity\":\"1\"}}",
        new string('[', 20_000), "{\"a\":" + new string('9', 70_000) + "}",
    ];

    [Fact]
    public async Task A_malformed_request_is_refused_and_nothing_is_recorded()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        using var alice = new Customer(silo.Address, "demo-alice");
        Assert.True((await alice.PostAsync("orders", Order())).IsDone);

        // The account learns of its order from the book, a moment later, and records that.
        await alice.GetAsync("account");
        await storage.SettledAsync();
        var (heads, book, account) = await StateAsync(storage, alice);

        foreach (var body in s_bodies)
        {
            foreach (var path in (string[])["orders", "orders/batch"])
                AssertRefused(await alice.PostAsync(path, body), $"POST {path} {Shown(body)}");
        }

        foreach (var bytes in (byte[][])[
            [0xFF, 0xFE, 0x00], [0xC3, 0x28], [.. "{\"symbol\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8], new byte[300]])
            AssertRefused(
                await alice.SendBytesAsync(HttpMethod.Post, "orders", bytes),
                $"POST orders {Convert.ToHexString(bytes)}");
        foreach (var path in (string[])[
            "orders/AAPL/0", "orders/AAPL/-1", "orders/AAPL/x", "orders/AAPL/99999999999999999999", "orders/NOPE/1",
            "orders?side=up", "orders?symbol=NOPE"])
            AssertRefused(await alice.DeleteAsync(path), "DELETE " + path);
        foreach (var body in (string[])[
            "{}", "null", """{"quantity":"-1"}""", """{"price":"x"}""", """{"quantity":"1","quantity":"2"}"""])
            AssertRefused(await alice.PatchAsync("orders/AAPL/1", body), $"PATCH {body}");
        foreach (var path in (string[])[
            "book/NOPE", "book/AAPL?depth=0", "book/AAPL?depth=x", "fills?limit=100000", "nothing"])
            AssertRefused(await alice.GetAsync(path), "GET " + path);
        await SendGarbageAsync(silo.Address, "GET / HTTP/9.9\r\n\r\n");
        await SendGarbageAsync(silo.Address, "\0\0\0\u0001\u0002garbage\r\n\r\n");
        await SendGarbageAsync(
            silo.Address, "POST /api/qc/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n");

        Assert.Equal((heads, book, account), await StateAsync(storage, alice));
        Assert.True((await alice.PostAsync("orders", Order(name: "after"))).IsDone);
    }

    private static string Order(
        string symbol = "AAPL", string side = "buy", string price = "140.00", string quantity = "1",
        string name = "a1") =>
        $$"""{"symbol":"{{symbol}}","side":"{{side}}","price":"{{price}}","quantity":"{{quantity}}","clientOrderId":"{{name}}"}""";

    private static string Shown(string body) => body.Length <= 100 ? body : body[..100] + "…";

    private static void AssertRefused(Reply reply, string what) =>
        Assert.True(reply.IsRefused && reply.Code.Length > 0, $"{what} was answered {reply.Status} {reply.Raw}");

    private static async Task<(string Heads, string Book, string Account)> StateAsync(
        Storage storage, Customer customer) => (
        await storage.HeadsTextAsync(),
        (await customer.BookAsync("AAPL")).Raw,
        (await customer.GetAsync("account")).Raw);

    private static async Task SendGarbageAsync(Uri address, string text)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(" 200 ", answer, StringComparison.Ordinal);
    }
}
