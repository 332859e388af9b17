using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Orders over the native WebSocket.</summary>
public sealed class TradingSocketTests
{
    private const string Buy =
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"10","clientOrderId":"b1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Orders_are_placed_and_cancelled_and_answers_carry_the_id_they_were_sent_with()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");

        var placed = await AskAsync(trader, $$"""{"id":7,"op":"place","order":{{Buy}}}""");
        Assert.Equal("7", placed.GetProperty("id").GetRawText());
        Assert.Equal(
            (200, "b1", "new"),
            (placed.GetProperty("status").GetInt32(), Text(placed, "clientOrderId"), Text(placed, "status")));

        var again = await AskAsync(trader, $$"""{"id":"seven","op":"place","order":{{Buy}}}""");
        Assert.Equal("\"seven\"", again.GetProperty("id").GetRawText());
        Assert.Equal(Number(placed, "orderId"), Number(again, "orderId"));

        var cancelled = await AskAsync(
            trader, $$"""{"id":8,"op":"cancel","symbol":"AAPL","orderId":{{Number(placed, "orderId")}}}""");
        Assert.Equal("cancelled", Text(cancelled, "status"));
        var closed = await AskAsync(trader, """{"id":9,"op":"cancel","clientOrderId":"b1"}""");
        Assert.Equal(
            (409, "OrderClosed"),
            (closed.GetProperty("status").GetInt32(), closed.GetProperty("error").GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData(
        """{"id":10,"op":"place","order":{"symbol":"AAPL","side":"buy","price":140,"quantity":"10"}}""", "10",
        "order.price")]
    [InlineData("""{"op":"place","order":{"symbol":"AAPL","odd":1},"id":"a"}""", "\"a\"", "order.odd")]
    [InlineData(
        """{"id":11,"op":"batch","orders":[{"symbol":"AAPL"},{"postOnly":"true"}]}""", "11", "orders[1].postOnly")]
    [InlineData("""{"id":[12],"op":"cancel","orderId":"17"}""", "null", "orderId")]
    [InlineData("""{"id":"\u0041<","op":"place","order":5}""", "\"A<\"", "order")]
    [InlineData("""{"id":1e3,"op":"place","order":{"symbol":"AAPL","symbol":"AAPL"}}""", "1e3", "order.symbol")]
    [InlineData("""{"id":true,"op":"cancelAll"}""", "null", "id")]
    [InlineData(
        """{"id":"0123456789012345678901234567890123456789012345678901234567890123","op":"cancelAll"}""", "null", "id")]
    [InlineData("""[{"id":13}]""", "null", null)]
    [InlineData("""{"id":14""", "null", null)]
    public async Task A_request_that_can_not_be_read_is_refused_under_its_id_where_it_has_one(
        string request, string id, string? field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var refused = await AskAsync(trader, request);
        Assert.Equal((id, 400), (refused.GetProperty("id").GetRawText(), refused.GetProperty("status").GetInt32()));
        if (field is not null)
            Assert.Equal(field, refused.GetProperty("error").GetProperty("field").GetString());
    }

    [Fact]
    public async Task Id_that_is_not_a_string_is_rejected_and_the_connection_stays_open()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        await trader.SendAsync(
            (byte[])[.. "{\"id\":\""u8, 0xC8, .. "\",\"op\":\"cancelAll\"}"u8], WebSocketMessageType.Binary,
            endOfMessage: true, Token);
        Assert.Equal(JsonValueKind.Null, (await ReadAsync(trader)).GetProperty("id").ValueKind);
        Assert.Equal(200, (await AskAsync(trader, """{"id":1,"op":"cancelAll"}""")).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_batch_of_a_hundred_is_answered_in_its_sequence()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var orders = Enumerable.Range(0, 100).Select(i => i == 3
            ? """{"symbol":"GOOG","side":"buy","price":"1.00","quantity":"1"}"""
            : $$"""{"symbol":"AAPL","side":"buy","price":"1.00","quantity":"1","clientOrderId":"n{{i}}"}""");

        var answer = await AskAsync(trader, $$"""{"id":1,"op":"batch","orders":[{{string.Join(',', orders)}}]}""");

        var results = answer.GetProperty("result").GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(100, results.Length);
        Assert.Equal("UnknownSymbol", results[3].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("n99", results[99].GetProperty("order").GetProperty("clientOrderId").GetString());
        Assert.Equal(99, (await AskAsync(trader, """{"id":2,"op":"cancelAll","symbol":"AAPL"}""")).GetProperty("result")
            .GetProperty("cancelled").GetInt32());
    }

    [Fact]
    public async Task Requests_do_not_wait_for_each_other()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        exchange.Floor.Holding = gate.Task;

        await SendAsync(trader, $$"""{"id":1,"op":"place","order":{{Buy}}}""");
        var quick = await AskAsync(trader, """{"id":2,"op":"cancelOnDisconnect","on":false}""");
        Assert.Equal(2, quick.GetProperty("id").GetInt32());
        gate.SetResult();
        Assert.Equal(1, (await ReadAsync(trader)).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Orders_that_wait_for_one_in_flight_are_sent_together_in_sequence()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var gate = await SendBehindGateAsync(
            exchange, trader, [.. Enumerable.Range(0, 100).Select(i => Order($"n{i}", "AAPL"))]);

        gate.SetResult();
        foreach (var (i, answer) in await ReadAllAsync(trader, 100))
            Assert.Equal((200, $"n{i}", i + 1L), (answer.GetProperty("status").GetInt32(),
                Text(answer, "clientOrderId"), Number(answer, "orderId")));

        Assert.Equal(
            ["Hold 1", "Hold 64", "Hold 35"],
            exchange.Floor.Calls.Where(call => call.StartsWith("Hold ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Orders_that_go_together_do_not_suffer_from_another_book()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var gate = await SendBehindGateAsync(
            exchange, trader,
            [Order("n0", "AAPL"), Order("n1", "MSFT"), Order("n2", "AAPL"), Order("n3", "MSFT"), Order("n4", "AAPL")]);
        exchange.Floor.Fail("Submit MSFT 2", new TimeoutException("late"));
        exchange.Floor.Fail("Submit MSFT 2", new TimeoutException("late"));

        gate.SetResult();
        Assert.Equal(
            [null, "OutcomeUnknown", null, "OutcomeUnknown", null],
            (await ReadAllAsync(trader, 5)).Values.Select(answer =>
                answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null));
    }

    [Fact]
    public async Task A_batch_goes_in_its_turn_alone()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var gate = await SendBehindGateAsync(exchange, trader, [Order("n0", "AAPL"), Order("n1", "AAPL")]);
        await SendAsync(
            trader, $$"""{"id":2,"op":"batch","orders":[{{Order("n2", "AAPL")}},{{Order("n3", "AAPL")}}]}""");
        await SendAsync(trader, $$"""{"id":3,"op":"place","order":{{Order("n4", "AAPL")}}}""");
        await SendAsync(trader, """{"id":4,"op":"batch","orders":[null]}""");

        gate.SetResult();
        Assert.Equal(
            [200, 200, 200, 200, 400],
            (await ReadAllAsync(trader, 5)).Values.Select(answer => answer.GetProperty("status").GetInt32()));
        Assert.Equal(["n0 1", "n1 2", "n2 3", "n3 4", "n4 5"], exchange.Floor.Open(TradingFloor.Alice)
            .OrderBy(order => order.Id).Select(order => $"{order.Order.ClientOrderId} {order.Id}"));
    }

    [Fact]
    public async Task Order_cancelled_by_name_right_after_it_was_sent_is_entered_and_cancelled()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var gate = await SendBehindGateAsync(exchange, trader, [Order("n0", "AAPL"), Order("n1", "AAPL")]);
        await SendAsync(trader, """{"id":2,"op":"cancel","clientOrderId":"n1"}""");

        gate.SetResult();
        Assert.Equal(
            ["new", "new", "cancelled"],
            (await ReadAllAsync(trader, 3)).Values.Select(answer => Text(answer, "status")));
    }

    [Theory]
    [InlineData("", "503 503 503")]
    [InlineData(",\"symbol\":\"AAPL\"", "503 503 200")]
    [InlineData(",\"symbol\":\"AAPL\",\"side\":\"sell\"", "200 503 200")]
    [InlineData(",\"symbol\":\"GOOG\"", "200 200 200")]
    public async Task Cancel_all_rejects_waiting_orders_before_they_have_any_effect(
        string which, string statuses)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var sell = Order("n2", "AAPL").Replace("buy", "sell", StringComparison.Ordinal);
        var gate = await SendBehindGateAsync(
            exchange, trader, [Order("n0", "MSFT"), Order("n1", "AAPL"), sell, Order("n3", "MSFT")]);
        Assert.Equal(
            4, (await AskAsync(trader, $$"""{"id":4,"op":"cancelAll"{{which}}}""")).GetProperty("id").GetInt32());

        gate.SetResult();
        Assert.Equal(
            $"200 {statuses}",
            string.Join(
                ' ',
                (await ReadAllAsync(trader, 4)).Values.Select(answer => answer.GetProperty("status").GetInt32())));
    }

    [Theory]
    [InlineData("""{"id":1}""", "op")]
    [InlineData("""{"id":1,"op":"steal"}""", "op")]
    [InlineData("""{"id":1,"op":"place"}""", "order")]
    [InlineData("""{"id":1,"op":"place","order":{"symbol":"AAPL","side":"hold"}}""", "side")]
    [InlineData("""{"id":1,"op":"batch"}""", "orders")]
    [InlineData("""{"id":1,"op":"batch","orders":[null]}""", "orders[0]")]
    [InlineData("""{"id":1,"op":"cancel"}""", "orderId")]
    [InlineData("""{"id":1,"op":"cancel","symbol":"AAPL","orderId":0}""", "orderId")]
    [InlineData("""{"id":1,"op":"cancel","symbol":"AAPL","orderId":1,"clientOrderId":"x"}""", "orderId")]
    [InlineData("""{"id":1,"op":"cancelAll","side":"up"}""", "side")]
    [InlineData("""{"id":1,"op":"cancelAll","symbol":"AAPL","orderId":5}""", "orderId")]
    [InlineData("""{"id":1,"op":"cancelAll","clientOrderId":"a"}""", "clientOrderId")]
    [InlineData("""{"id":1,"op":"cancelOnDisconnect"}""", "on")]
    [InlineData("""{"id":[1],"op":"cancelAll"}""", "id")]
    [InlineData("""{"id":1,"op":"cancelAll","symbols":"AAPL"}""", "symbols")]
    public async Task Bad_requests_name_what_is_wrong_and_change_nothing(string message, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        var before = exchange.Floor.State();

        var answer = await AskAsync(trader, message);

        Assert.Equal(
            (400, field),
            (answer.GetProperty("status").GetInt32(), answer.GetProperty("error").GetProperty("field").GetString()));
        Assert.Equal(before, exchange.Floor.State());
    }

    [Fact]
    public async Task A_connection_that_asked_for_it_leaves_none_of_its_orders_behind()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var other = await ConnectAsync(exchange, "alice");
        await AskAsync(other, $$"""{"id":1,"op":"place","order":{{Order("other", "AAPL")}}}""");
        using var trader = await ConnectAsync(exchange, "alice");
        await AskAsync(trader, $$"""{"id":1,"op":"place","order":{{Buy}}}""");
        await AskAsync(trader, """{"id":2,"op":"cancelOnDisconnect","on":true}""");
        await AskAsync(trader, $$"""{"id":3,"op":"place","order":{{Order("b2", "AAPL")}}}""");
        var gone = exchange.Floor.WhenCalled("Close AAPL 2 3");

        trader.Abort();

        await gone.WaitAsync(Wait.Limit, Token);
        await Eventually(() => exchange.Floor.Open(TradingFloor.Alice).Count == 1);
        Assert.Equal("other", exchange.Floor.Open(TradingFloor.Alice).Single().Order.ClientOrderId);
    }

    [Fact]
    public async Task An_order_that_is_on_its_way_when_its_connection_ends_is_cancelled_too()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        await AskAsync(trader, """{"id":1,"op":"cancelOnDisconnect","on":true}""");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        exchange.Floor.Holding = gate.Task;
        var held = exchange.Floor.WhenCalled("Hold 1");
        await SendAsync(trader, $$"""{"id":2,"op":"place","order":{{Buy}}}""");
        await held.WaitAsync(Wait.Limit, Token);
        var closed = exchange.Floor.WhenCalled("Close AAPL 1");
        trader.Abort();
        gate.SetResult();
        await closed.WaitAsync(Wait.Limit, Token);
        await Eventually(() => exchange.Floor.Open(TradingFloor.Alice).Count == 0);
    }

    [Fact]
    public async Task Replaced_session_cancels_its_orders_and_keeps_those_of_its_new_connection()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var silent = await ConnectAsync(exchange, "alice");
        await AskAsync(silent, """{"id":1,"op":"cancelOnDisconnect","on":true,"session":"maker"}""");
        await AskAsync(silent, $$"""{"id":2,"op":"place","order":{{Buy}}}""");
        using var trader = await ConnectAsync(exchange, "alice");

        var taken = await AskAsync(trader, """{"id":1,"op":"cancelOnDisconnect","on":true,"session":"maker"}""");

        Assert.Equal(200, taken.GetProperty("status").GetInt32());
        Assert.Empty(exchange.Floor.Open(TradingFloor.Alice));
        await AskAsync(trader, $$"""{"id":2,"op":"place","order":{{Order("b2", "AAPL")}}}""");
        var end = await silent.ReceiveAsync(new byte[1024], Token).WaitAsync(Wait.Limit, Token);
        Assert.Equal(
            (WebSocketCloseStatus.PolicyViolation, "Another connection has taken this session."),
            (end.CloseStatus, end.CloseStatusDescription));
        await silent.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await AskAsync(trader, $$"""{"id":3,"op":"place","order":{{Order("b3", "AAPL")}}}""");
        Assert.Equal(["b2", "b3"], exchange.Floor.Open(TradingFloor.Alice).Select(order => order.Order.ClientOrderId));
    }

    [Fact]
    public async Task Cancel_on_disconnect_cancels_open_orders_before_the_next_session_starts()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var lost = await ConnectAsync(exchange, "alice");
        await AskAsync(lost, """{"id":1,"op":"cancelOnDisconnect","on":true,"of":"account"}""");
        await exchange.SendAsync("POST", "orders", Buy, cancellationToken: Token);
        using var guard = await ConnectAsync(exchange, "alice");

        await AskAsync(guard, """{"id":1,"op":"cancelOnDisconnect","on":true,"of":"account"}""");

        Assert.Empty(exchange.Floor.Open(TradingFloor.Alice));
        await exchange.SendAsync("POST", "orders", Order("b2", "AAPL"), cancellationToken: Token);
        await lost.ReceiveAsync(new byte[1024], Token).WaitAsync(Wait.Limit, Token);
        await lost.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal("b2", exchange.Floor.Open(TradingFloor.Alice).Single().Order.ClientOrderId);
    }

    [Theory]
    [InlineData("\"on\":true,\"of\":\"all\"", "of")]
    [InlineData("\"on\":true,\"session\":\"a b\"", "session")]
    [InlineData("\"on\":true,\"session\":\"another\"", "session")]
    public async Task A_cancel_on_disconnect_that_says_something_else_names_the_member(string members, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var trader = await ConnectAsync(exchange, "alice");
        await AskAsync(trader, """{"id":1,"op":"cancelOnDisconnect","on":true,"session":"one"}""");
        var refused = await AskAsync(trader, $$"""{"id":2,"op":"cancelOnDisconnect",{{members}}}""");
        Assert.Equal(
            (400, field),
            (refused.GetProperty("status").GetInt32(), refused.GetProperty("error").GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("CancelAll", "account")]
    [InlineData("CloseAll", "account")]
    [InlineData("Close", "connection")]
    public async Task Cancels_at_the_end_that_fail_are_tried_again_and_later_orders_stay(string call, string of)
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var trader = await ConnectAsync(exchange, "alice");
        await AskAsync(trader, $$"""{"id":1,"op":"place","order":{{Buy}}}""");
        await AskAsync(trader, $$"""{"id":2,"op":"cancelOnDisconnect","on":true,"of":"{{of}}"}""");
        for (var i = 0; i < 6; i++)
            exchange.Floor.Fail(call, new LimitExceededException("full"));
        var tried = exchange.Floor.WhenCalled(call == "CancelAll" ? call : $"{call} AAPL 1");

        trader.Abort();

        await tried.WaitAsync(Wait.Limit, Token);
        using var other = await ConnectAsync(exchange, "alice");
        if (call != "CancelAll")
            await AskAsync(
                other, $$"""{"id":1,"op":"place","order":{{Buy.Replace("b1", "b2", StringComparison.Ordinal)}}}""");
        await Eventually(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return exchange.Floor.Open(TradingFloor.Alice).All(order => order.Order.Number != 1);
        });
        Assert.Equal(call != "CancelAll" ? 1 : 0, exchange.Floor.Open(TradingFloor.Alice).Count);
    }

    [Fact]
    public async Task Orders_stay_without_cancel_on_disconnect()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using (var trader = await ConnectAsync(exchange, "alice"))
        {
            await AskAsync(trader, """{"id":1,"op":"cancelOnDisconnect","on":true}""");
            await AskAsync(trader, """{"id":2,"op":"cancelOnDisconnect","on":false}""");
            await AskAsync(trader, $$"""{"id":3,"op":"place","order":{{Buy}}}""");
            await trader.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        }

        Assert.Single(exchange.Floor.Open(TradingFloor.Alice));
        Assert.DoesNotContain(
            exchange.Floor.Calls, call => call.StartsWith("Close", StringComparison.Ordinal) || call == "CancelAll");
    }

    [Fact]
    public async Task A_key_that_is_taken_away_trades_no_more_on_a_connection_that_stands()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var trader = await ConnectAsync(exchange, "alice");
        await AskAsync(trader, """{"id":1,"op":"cancelAll"}""");

        exchange.Floor.Keys.RemoveAll(key => key.Label == "alice");
        time.Advance(TimeSpan.FromSeconds(10));

        var answer = await AskAsync(trader, $$"""{"id":2,"op":"place","order":{{Buy}}}""");
        Assert.Equal(401, answer.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("nobody", 401)]
    [InlineData("admin", 403)]
    public async Task Connection_needs_a_key(string? key, int status)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (key is not null)
            socket.Options.SetRequestHeader("X-Api-Key", key);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(exchange), Token));
        Assert.Equal(status, (int)socket.HttpStatusCode);
    }

    private static string Order(string name, string symbol) =>
        $$"""{"symbol":"{{symbol}}","side":"buy","price":"150.00","quantity":"10","clientOrderId":"{{name}}"}""";

    /// <summary>Sends orders whose first is not held before the gate opens; completes when all have arrived.</summary>
    private static async Task<TaskCompletionSource> SendBehindGateAsync(
        OpenGateway exchange, ClientWebSocket trader, string[] orders)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        exchange.Floor.Holding = gate.Task;
        for (var id = 0; id < orders.Length; id++)
            await SendAsync(trader, $$"""{"id":{{id}},"op":"place","order":{{orders[id]}}}""");
        Assert.Equal(
            "all",
            (await AskAsync(trader, """{"id":"all","op":"cancelOnDisconnect","on":false}""")).GetProperty("id")
                .GetString());
        return gate;
    }

    private static Uri Address(OpenGateway exchange) =>
        new UriBuilder(exchange.Address) { Scheme = "ws", Path = "/api/qc/v1/trading" }.Uri;

    private static async Task<ClientWebSocket> ConnectAsync(OpenGateway exchange, string key)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Api-Key", key);
        await socket.ConnectAsync(Address(exchange), Token);
        return socket;
    }

    private static async Task<JsonElement> AskAsync(ClientWebSocket socket, string message)
    {
        await SendAsync(socket, message);
        return await ReadAsync(socket);
    }

    /// <summary>
    /// Reads the answers of the ids from 0, in their sequence. Orders enter in sequence, but each answer is written by
    /// a task of its own and may overtake another.
    /// </summary>
    private static async Task<SortedDictionary<int, JsonElement>> ReadAllAsync(ClientWebSocket socket, int count)
    {
        var answers = new SortedDictionary<int, JsonElement>();
        for (var i = 0; i < count; i++)
        {
            var answer = await ReadAsync(socket);
            answers.Add(answer.GetProperty("id").GetInt32(), answer);
        }

        Assert.Equal(Enumerable.Range(0, count), answers.Keys);
        return answers;
    }

    private static Task SendAsync(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, Token);

    private static async Task<JsonElement> ReadAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer, Token).WaitAsync(Wait.Limit, Token);
            await message.WriteAsync(buffer.AsMemory(0, received.Count), Token);
        }
        while (!received.EndOfMessage);

        return JsonDocument.Parse(message.ToArray()).RootElement;
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Wait.Limit);
        while (!condition())
            await Task.Delay(5, patience.Token);
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.GetProperty("result").GetProperty(name).GetString();

    private static long Number(JsonElement answer, string name) =>
        answer.GetProperty("result").GetProperty(name).GetInt64();
}
