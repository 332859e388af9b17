using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Every fault of the admin port, met by the SDK: the result for a caller without retries, and the SDK's own handling.
/// </summary>
public sealed class FaultTests(ShapedDemo demo) : IClassFixture<ShapedDemo>
{
    private const string Symbol = "AAPL";
    private const string Other = "MSFT";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FaultKind.Reject, RejectCodes.Overloaded, false)]
    [InlineData(FaultKind.Timeout, RejectCodes.OutcomeUnknown, true)]
    [InlineData(FaultKind.Drop, RejectCodes.OutcomeUnknown, false)]
    public async Task Request_that_fails_is_told_as_what_it_is_and_repeated_it_is_one_order(
        FaultKind kind, string code, bool isDone)
    {
        // A client without retries sees the fault.
        using var once = demo.Client("demo-alice", isPatient: false);
        var name = QuantumCoreClient.NewClientOrderId();
        var fault = await demo.SetAsync(new NewFault(kind, Key: "demo-alice", Symbol: Symbol, Millis: 1));
        var seen = await Assert.ThrowsAsync<QuantumCoreException>(() => once.Orders.PlaceAsync(Buy(name), Token));
        Assert.Equal((code, name), (seen.Code, seen.ClientOrderId));
        Assert.Equal("POST /api/qc/v1/orders", Assert.Single(await demo.FiredAsync(fault)).To);
        Assert.Equal(isDone, await IsThereAsync(once, name));

        // The SDK retries with the same client order id: one order, whether the first attempt was carried out or not.
        using var patient = demo.Client("demo-alice");
        var again = QuantumCoreClient.NewClientOrderId();
        fault = await demo.SetAsync(new NewFault(kind, Key: "demo-alice", Count: 2, Millis: 1));
        var order = await patient.Orders.PlaceAsync(Buy(again), Token);
        Assert.Equal(OrderStatus.New, order.Status);
        await demo.FiredAsync(fault, times: 2);
        Assert.Single(await patient.Orders.GetOpenAsync(Symbol, Token), one => one.ClientOrderId == again);
        await patient.Orders.CancelAllAsync(Symbol, cancellation: Token);
        Assert.Contains(
            $"Fault {fault} happens: {kind} of POST /api/qc/v1/orders", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_that_is_refused_is_told_at_once_on_sockets_as_in_calls()
    {
        using var stranger = demo.Client("nobody's key");
        Assert.Equal(
            (RejectCodes.Unauthorized, 401), await RefusalAsync(() => stranger.Orders.GetOpenAsync(Symbol, Token)));
        Assert.Equal(
            (RejectCodes.Unauthorized, 401), await RefusalAsync(
                () => stranger.Orders.CancelOnDisconnectAsync(cancellation: Token)));
        Assert.Equal(RejectCodes.Unauthorized, (await RefusalAsync(async () =>
        {
            await using var feed = stranger.Account.WatchAsync(Token).GetAsyncEnumerator(Token);
            await feed.MoveNextAsync();
        })).Code);
    }

    private static async Task<(string Code, int? Status)> RefusalAsync(Func<Task> ask)
    {
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(ask);
        return (refused.Code, refused.Status);
    }

    [Fact]
    public async Task Request_that_waits_longer_than_its_caller_is_not_carried_out_later()
    {
        var name = QuantumCoreClient.NewClientOrderId();
        var fault = await demo.SetAsync(new NewFault(FaultKind.Delay, Symbol: Symbol, Millis: 600_000));
        using var hasty = demo.Client("demo-alice", isPatient: false, TimeSpan.FromSeconds(1));
        var seen = await Assert.ThrowsAsync<QuantumCoreException>(() => hasty.Orders.PlaceAsync(Buy(name), Token));
        Assert.Equal(RejectCodes.OutcomeUnknown, seen.Code);
        await demo.FiredAsync(fault);
        using var alice = demo.Client("demo-alice");
        Assert.False(await IsThereAsync(alice, name));

        // A short delay only makes the response late.
        fault = await demo.SetAsync(new NewFault(FaultKind.Delay, Symbol: Symbol, Millis: 5));
        Assert.Equal(OrderStatus.New, (await alice.Orders.PlaceAsync(Buy(name), Token)).Status);
        await demo.FiredAsync(fault);
        await alice.Orders.CancelAllAsync(Symbol, cancellation: Token);
    }

    [Fact]
    public async Task Fault_meets_its_key_and_its_symbol_and_nobody_else()
    {
        using var alice = demo.Client("demo-alice", isPatient: false);
        using var bob = demo.Client("demo-bob", isPatient: false);
        var ofBob = await demo.SetAsync(new NewFault(FaultKind.Reject, Key: "demo-bob"));
        var ofOther = await demo.SetAsync(new NewFault(FaultKind.Reject, Symbol: Other, Key: "demo-alice"));
        Assert.Equal(OrderStatus.New, (await alice.Orders.PlaceAsync(Buy(null), Token)).Status);
        Assert.Equal(
            [ofBob, ofOther], (await demo.Operator.Simulation.GetAsync(Token)).Faults.Where(fault => fault.Id >= ofBob)
                .Select(fault => fault.Id));
        Assert.Equal(
            RejectCodes.Overloaded,
            (await Assert.ThrowsAsync<QuantumCoreException>(() => bob.Orders.PlaceAsync(Buy(null), Token))).Code);
        Assert.Equal(
            RejectCodes.Overloaded,
            (await Assert.ThrowsAsync<QuantumCoreException>(
                () => alice.Orders.PlaceAsync(Buy(null, Other), Token))).Code);
        Assert.Equal(OrderStatus.New, (await bob.Orders.PlaceAsync(Buy(null), Token)).Status);

        // Requests that change nothing meet no fault, and a removed fault has no effect.
        var never = await demo.SetAsync(new NewFault(FaultKind.Reject, Key: "demo-alice"));
        await alice.Orders.GetOpenAsync(Symbol, Token);
        await demo.Operator.Simulation.RemoveFaultsAsync(never, Token);
        await alice.Orders.CancelAllAsync(Symbol, cancellation: Token);
        await bob.Orders.CancelAllAsync(Symbol, cancellation: Token);
        Assert.DoesNotContain((await demo.Operator.Simulation.GetAsync(Token)).Fired, fault => fault.Fault == never);
    }

    [Theory]
    [InlineData(FaultKind.Skip)]
    [InlineData(FaultKind.Duplicate)]
    [InlineData(FaultKind.Drop)]
    public async Task Stream_that_fails_is_stale_and_then_right_again(FaultKind kind)
    {
        using var alice = demo.Client("demo-alice");
        using var bob = demo.Client("demo-bob");
        await using var book = alice.Market.WatchBooksAsync([Symbol], Token).GetAsyncEnumerator(Token);
        Assert.True(await book.MoveNextAsync());
        Assert.Equal(BookChange.Snapshot, book.Current.Change);

        var fault = await demo.SetAsync(new NewFault(kind, FaultPlace.Stream, Key: "demo-alice", Symbol: Symbol));
        await bob.Orders.PlaceAsync(Buy(null), Token);
        Assert.EndsWith("/stream", Assert.Single(await demo.FiredAsync(fault)).To, StringComparison.Ordinal);

        // A missing message shows at the next one, and so does a duplicate.
        await bob.Orders.PlaceAsync(Buy(null), Token);
        while (book.Current.Change != BookChange.Stale)
            Assert.True(await book.MoveNextAsync());
        while (book.Current.Change != BookChange.Snapshot)
            Assert.True(await book.MoveNextAsync());
        var truth = await bob.Market.GetBookAsync(Symbol, cancellation: Token);
        while (book.Current.Book.Sequence < truth.Sequence)
            Assert.True(await book.MoveNextAsync());
        Assert.Equal(truth.Bids.Select(Text), book.Current.Book.Bids.Select(Text));
        await bob.Orders.CancelAllAsync(Symbol, cancellation: Token);
    }

    [Theory]
    [InlineData(FaultKind.Skip)]
    [InlineData(FaultKind.Duplicate)]
    public async Task Followed_account_is_stale_when_a_message_is_missing_and_then_right_again(FaultKind kind)
    {
        using var alice = demo.Client("demo-alice");
        await alice.Orders.CancelAllAsync(cancellation: Token);
        await using var account = alice.Account.WatchAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await account.MoveNextAsync());
        var first = await alice.Orders.PlaceAsync(Buy(null), Token);
        while (!account.Current.Account.OpenOrders.Any())
            Assert.True(await account.MoveNextAsync());

        // The missing or duplicate message is the one about the end of this order.
        var fault = await demo.SetAsync(new NewFault(kind, FaultPlace.Stream, Key: "demo-alice"));
        await alice.Orders.CancelAsync(Symbol, first.OrderId, Token);
        await demo.FiredAsync(fault);
        var second = await alice.Orders.PlaceAsync(Buy(null), Token);
        while (account.Current.Change != AccountChange.Stale)
            Assert.True(await account.MoveNextAsync());
        while (account.Current.Change != AccountChange.Snapshot
            || account.Current.Account.OpenOrders.Any(order => order.OrderId == first.OrderId))
            Assert.True(await account.MoveNextAsync());
        while (!account.Current.Account.OpenOrders.Any())
            Assert.True(await account.MoveNextAsync());
        Assert.Equal(second.OrderId, Assert.Single(account.Current.Account.OpenOrders).OrderId);
        await alice.Orders.CancelAllAsync(Symbol, cancellation: Token);
    }

    [Fact]
    public async Task First_message_of_a_stream_that_is_left_out_is_asked_for_again()
    {
        using var alice = demo.Client("demo-alice", patience: TimeSpan.FromSeconds(1));
        var fault = await demo.SetAsync(new NewFault(FaultKind.Skip, FaultPlace.Stream, Key: "demo-alice"));
        await using var account = alice.Account.WatchAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await account.MoveNextAsync());
        Assert.Equal(AccountChange.Snapshot, account.Current.Change);
        await demo.FiredAsync(fault);
    }

    /// <summary>
    /// Checks that a fault affects a long message as a whole. Such messages are sent in parts, and a fault of one part
    /// would be a message that no exchange sends.
    /// </summary>
    [Fact]
    public async Task Long_message_comes_twice_or_is_left_out_as_a_whole()
    {
        using var alice = demo.Client("demo-alice");
        await alice.Orders.PlaceBatchAsync([.. Enumerable.Range(0, 400).Select(_ => Buy(null))], Token);
        await demo.SetAsync(new NewFault(FaultKind.Duplicate, FaultPlace.Stream, Key: "demo-alice"));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Api-Key", "demo-alice");
        await socket.ConnectAsync(
            new UriBuilder(demo.Address) { Scheme = "ws", Path = "/api/qc/v1/stream" }.Uri, Token);
        await AskAsync("subscribe");
        var (first, second) = (await ReceiveAsync(), await ReceiveAsync());
        Assert.True(first.Length > 65_536);
        Assert.Equal(first, second);
        Assert.Equal(400, JsonDocument.Parse(first).RootElement.GetProperty("orders").GetArrayLength());

        // The next message is a message of its own, not the rest of the one that was left out.
        var left = await demo.SetAsync(new NewFault(FaultKind.Skip, FaultPlace.Stream, Key: "demo-alice"));
        await AskAsync("unsubscribe");
        await AskAsync("subscribe");
        await demo.FiredAsync(left);
        await AskAsync("unsubscribe");
        await AskAsync("subscribe");
        Assert.Equal(first.Length, (await ReceiveAsync()).Length);
        await alice.Orders.CancelAllAsync(Symbol, cancellation: Token);

        Task AskAsync(string op) =>
            socket.SendAsync(
                Encoding.UTF8.GetBytes($$"""{"op":"{{op}}","channel":"account"}""").AsMemory(),
                WebSocketMessageType.Text, true, Token).AsTask();

        async Task<string> ReceiveAsync()
        {
            var text = new ArrayBufferWriter<byte>();
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(text.GetMemory(65_536), Token);
                text.Advance(part.Count);
            }
            while (!part.EndOfMessage);
            return Encoding.UTF8.GetString(text.WrittenSpan);
        }
    }

    [Fact]
    public async Task Watched_account_is_stale_without_a_connection_and_then_reports_ended_orders()
    {
        using var alice = demo.Client("demo-alice");
        await alice.Orders.CancelAllAsync(cancellation: Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Wait.Limit);
        await using var account = alice.Account.WatchAsync(patience.Token).GetAsyncEnumerator(Token);
        Assert.True(await account.MoveNextAsync());
        Assert.Equal(
            (AccountChange.Snapshot, "ACC-1001", 0),
            (account.Current.Change, account.Current.Account.Account, account.Current.Account.OpenOrders.Count()));

        var held = account.Current.Account.Balances.Single(balance => balance.Asset == "USD").Held;
        var (first, second) = (await alice.Orders.PlaceAsync(Buy(null), Token),
            await alice.Orders.PlaceAsync(Buy(null, Other), Token));
        while (account.Current.Account.OpenOrders.Count() < 2
            || account.Current.Account.Balances.Single(balance => balance.Asset == "USD").Held < held + 200m)
            Assert.True(await account.MoveNextAsync());
        await alice.Orders.CancelAsync(Symbol, first.OrderId, Token);
        while (account.Current.Closed.Count == 0)
            Assert.True(await account.MoveNextAsync());
        Assert.Equal(
            new ClosedOrder(Symbol, first.OrderId, first.ClientOrderId), Assert.Single(account.Current.Closed));

        // The message about the end is never sent: the next snapshot is without the order.
        await demo.SetAsync(new NewFault(FaultKind.Drop, FaultPlace.Stream, Key: "demo-alice"));
        await alice.Orders.CancelAsync(Other, second.OrderId, Token);
        while (account.Current.Change != AccountChange.Stale)
            Assert.True(await account.MoveNextAsync());
        Assert.True(account.Current.Account.IsStale);
        while (account.Current.Change != AccountChange.Snapshot)
            Assert.True(await account.MoveNextAsync());
        Assert.Equal(second.ClientOrderId, Assert.Single(account.Current.Closed).ClientOrderId);
        Assert.Equal(held, account.Current.Account.Balances.Single(balance => balance.Asset == "USD").Held);
    }

    [Fact]
    public async Task Open_orders_do_not_outlive_their_guard_and_a_guard_needs_an_account()
    {
        using var alice = demo.Client("demo-alice");
        var order = default(Order)!;
        await using (var guard = await alice.Orders.CancelOnDisconnectAsync(cancellation: Token))
        {
            order = await alice.Orders.PlaceAsync(Buy(null), Token);
            Assert.False(guard.Lost.IsCompleted);

            // It may be ended by hand, too: it ends once.
            await guard.DisposeAsync();
        }

        while ((await alice.Orders.GetAsync(Symbol, order.OrderId, Token)).Status == OrderStatus.New)
            await Task.Delay(5, Token);
        Assert.Equal(
            (OrderStatus.Cancelled, "massCancel"),
            (await alice.Orders.GetAsync(Symbol, order.OrderId, Token)) is var ended
                ? (ended.Status, ended.EndReason)
                : default);

        using var nobody = demo.Client("no-such-key", isPatient: false);
        Assert.Equal((RejectCodes.Unauthorized, 401), await RefusalAsync(
            () => nobody.Orders.CancelOnDisconnectAsync(cancellation: Token)));
    }

    [Fact]
    public async Task Message_of_a_stream_comes_late_to_one_reader_and_in_time_to_the_other()
    {
        using var alice = demo.Client("demo-alice");
        using var bob = demo.Client("demo-bob");
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var late = alice.Market.WatchBooksAsync([Other], leaves.Token).GetAsyncEnumerator(leaves.Token);
        await using var prompt = bob.Market.WatchBooksAsync([Other], Token).GetAsyncEnumerator(Token);
        Assert.True(await late.MoveNextAsync());
        Assert.True(await prompt.MoveNextAsync());
        var fault = await demo.SetAsync(
            new NewFault(FaultKind.Delay, FaultPlace.Stream, Key: "demo-alice", Symbol: Other, Millis: 20_000));

        // Updates from before the fault may still come.
        var waits = UntilAsync(late, 77m);
        await bob.Orders.PlaceAsync(PlaceOrder.Limit(Other, OrderSide.Buy, quantity: 1m, price: 77m), Token);
        await UntilAsync(prompt, 77m);
        await demo.FiredAsync(fault);
        Assert.False(waits.IsCompleted);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await bob.Orders.CancelAllAsync(Other, cancellation: Token);

        static async Task UntilAsync(IAsyncEnumerator<BookUpdate> books, decimal bid)
        {
            while (!books.Current.Book.Bids.Any(level => level.Price == bid))
                Assert.True(await books.MoveNextAsync());
        }
    }

    [Theory]
    [InlineData("""{"kind":"skip","on":"requests"}""", "on")]
    [InlineData("""{"kind":"reject","on":"stream"}""", "on")]
    [InlineData("""{"kind":"reject","count":0}""", "count")]
    [InlineData("""{"kind":"delay"}""", "millis")]
    [InlineData("""{"kind":"delay","on":"stream","millis":20001}""", "millis")]
    [InlineData("""{"kind":"delay","millis":600001}""", "millis")]
    [InlineData("""{"kind":"reject","symbol":"NOPE"}""", "symbol")]
    [InlineData("""{"kind":"melt"}""", "kind")]
    [InlineData("""{"kind":"reject","often":2}""", "often")]
    public async Task Fault_that_makes_no_sense_is_refused_with_its_field(string body, string field)
    {
        using var admin = new Customer(demo.Admin, null);
        var answer = await admin.PostAsync("sim/faults", body);
        Assert.Equal((400, field), (answer.Status, answer.Text("field")));
    }

    private static PlaceOrder Buy(string? name, string symbol = Symbol) =>
        PlaceOrder.Limit(symbol, OrderSide.Buy, quantity: 1m, price: 100m) with { ClientOrderId = name };

    private static (decimal, decimal) Text(PriceLevel level) => (level.Price, level.Quantity);

    private static async Task<bool> IsThereAsync(QuantumCoreClient client, string name) =>
        (await client.Orders.GetOpenAsync(Symbol, Token)).Any(order => order.ClientOrderId == name);
}
