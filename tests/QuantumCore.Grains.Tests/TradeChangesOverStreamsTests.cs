using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Busts and corrections in an account's streams.</summary>
public sealed class TradeChangesOverStreamsTests
{
    private static readonly string[] s_members =
        ["account", "symbol", "tradeId", "orderId", "side", "state", "tradedPrice", "price", "quantity", "fee"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_trade_is_told_by_the_streams_of_its_accounts()
    {
        await using var wire = await Wire.OpenAsync();
        var exchange = wire.Exchange;
        var sell = await exchange.BobAsync(ServedExchange.Sell(2, 150));
        var buy = await exchange.AliceAsync(ServedExchange.Buy(2, 150));
        var trade = Assert.Single(await exchange.Alice.Orders.GetFillsAsync(cancellation: Cancellation));
        using var alice = await FollowAsync(exchange, "alice");
        using var bob = await FollowAsync(exchange, "bob");
        await wire.ListenAsync();

        var corrected = await exchange.Admin.Operator.Trading.CorrectTradeAsync(
            "AAPL", trade.TradeId, 149, cancellation: Cancellation);
        foreach (var (reader, account, order, side, fee) in new[]
        {
            (alice, 1001, buy, "buy", corrected.BuyerFee), (bob, 1002, sell, "sell", corrected.SellerFee),
        })
        {
            var told = await HearAsync(reader);
            Assert.Equal(
                $"ACC-{account} AAPL {trade.TradeId} {order.OrderId} {side} corrected 150.00 149.00 2 {fee}",
                Short(told));
            Assert.Equal(corrected.Sequence, told.GetProperty("sequence").GetInt64());
        }

        Assert.Equal(["USD 2"], await wire.MovedAsync(1));
        await exchange.Admin.Operator.Trading.BustTradeAsync("AAPL", trade.TradeId, cancellation: Cancellation);
        Assert.Equal(
            $"ACC-1001 AAPL {trade.TradeId} {buy.OrderId} buy void 150.00  2 0.00", Short(await HearAsync(alice)));
        Assert.Equal(
            $"ACC-1002 AAPL {trade.TradeId} {sell.OrderId} sell void 150.00  2 0.00", Short(await HearAsync(bob)));
        Assert.Equal(["AAPL -2", "USD 298.24"], await wire.MovedAsync(2));
    }

    [Fact]
    public async Task A_changed_trade_is_told_to_everyone_who_follows_the_book()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(ServedExchange.Sell(2, 150));
        await exchange.AliceAsync(ServedExchange.Buy(2, 150));

        // Market data follows the book: under load it may not know of the trade when its order is answered.
        await Wait.UntilAsync(
            async () => (await exchange.Alice.Market.GetTradesAsync("AAPL", cancellation: Cancellation)).Count > 0);
        var trade = Assert.Single(await exchange.Alice.Market.GetTradesAsync("AAPL", cancellation: Cancellation));
        Assert.Equal((null, null), (trade.State, trade.CorrectedPrice));
        using var nobody = new QuantumCoreClient(exchange.Address);
        await using var feed = nobody.Market.WatchBooksAsync(["AAPL"], Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Empty((await NextAsync(feed)).TradeChanges);

        var corrected = await exchange.Admin.Operator.Trading.CorrectTradeAsync(
            "AAPL", trade.TradeId, 149, cancellation: Cancellation);
        var update = await NextAsync(feed);
        var first = Assert.Single(update.TradeChanges);
        Assert.Equal(
            new PublicTradeChange(
                trade.TradeId, TradeState.Corrected, 150, 150, 149, 2, OrderSide.Buy, trade.TimeNanos,
                corrected.Sequence, update.Book.TimeNanos), first);
        Assert.Equal((corrected.Sequence, 0), (update.Book.Sequence, update.Trades.Count));
        Assert.Equal(
            trade with { State = TradeState.Corrected, CorrectedPrice = 149 },
            Assert.Single(await nobody.Market.GetTradesAsync("AAPL", cancellation: Cancellation)));

        var gone = await exchange.Admin.Operator.Trading.BustTradeAsync(
            "AAPL", trade.TradeId, cancellation: Cancellation);
        var second = Assert.Single((await NextAsync(feed)).TradeChanges);
        Assert.Equal(
            (trade.TradeId, TradeState.Void, 150, 149, null),
            (second.TradeId, second.State, second.TradedPrice, second.PriceBefore, second.Price));
        Assert.Equal(gone.Sequence, second.Sequence);
        Assert.Equal(
            trade with { State = TradeState.Void },
            Assert.Single(await nobody.Market.GetTradesAsync("AAPL", cancellation: Cancellation)));
        Assert.Equal(150, (await nobody.Market.GetStateAsync("AAPL", Cancellation)).LastPrice);
    }

    [Fact]
    public async Task A_changed_trade_is_a_step_of_the_accounts_that_a_program_follows()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(ServedExchange.Sell(2, 150));
        var buy = await exchange.AliceAsync(ServedExchange.Buy(2, 150));
        var fill = Assert.Single(await exchange.Alice.Orders.GetFillsAsync(cancellation: Cancellation));
        await using var feed = exchange.Alice.Account.WatchAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(Wait.Limit, Cancellation));
        var cash = feed.Current.Account.TotalOf("USD");

        var corrected = await exchange.Admin.Operator.Trading.CorrectTradeAsync(
            "AAPL", fill.TradeId, 149, cancellation: Cancellation);
        var told = await ChangeAsync(corrected);
        Assert.Equal((TradeState.Corrected, 149m, corrected.BuyerFee), (told.State, told.Price, told.Fee));
        Assert.Equal(cash + 2 + fill.Fee - corrected.BuyerFee, feed.Current.Account.TotalOf("USD"));
        told = await ChangeAsync(
            await exchange.Admin.Operator.Trading.BustTradeAsync("AAPL", fill.TradeId, cancellation: Cancellation));
        Assert.Equal((TradeState.Void, null, 0m), (told.State, told.Price, told.Fee));
        Assert.Equal(cash + 300 + fill.Fee, feed.Current.Account.TotalOf("USD"));

        async Task<AccountTradeChange> ChangeAsync(TradeChange made)
        {
            do
                Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(Wait.Limit, Cancellation));
            while (feed.Current.Change == AccountChange.Update);
            Assert.Equal(AccountChange.TradeChanged, feed.Current.Change);
            var change = feed.Current.TradeChange!;
            Assert.Equal(
                ("ACC-1001", "AAPL", fill.TradeId, buy.OrderId, OrderSide.Buy),
                (change.Account, change.Symbol, change.TradeId, change.OrderId, change.Side));
            Assert.Equal((150m, 2m, made.Sequence), (change.TradedPrice, change.Quantity, change.Sequence));
            return change;
        }
    }

    private static async Task<BookUpdate> NextAsync(IAsyncEnumerator<BookUpdate> feed)
    {
        Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(Wait.Limit, Cancellation));
        return feed.Current;
    }

    private static string Short(JsonElement told) =>
        string.Join(' ', s_members.Select(member => told.GetProperty(member).ToString()));

    /// <summary>Returns a connection that has received the account's state.</summary>
    private static async Task<ClientWebSocket> FollowAsync(ServedExchange exchange, string key)
    {
        var reader = new ClientWebSocket();
        reader.Options.SetRequestHeader("X-Api-Key", key);
        await reader.ConnectAsync(new Uri($"ws://{exchange.Address.Authority}/api/qc/v1/stream"), Cancellation);
        await reader.SendAsync(
            Encoding.UTF8.GetBytes("""{"op":"subscribe","channel":"account"}"""), WebSocketMessageType.Text, true,
            Cancellation);
        Assert.True((await ReadAsync(reader)).GetProperty("snapshot").GetBoolean());
        return reader;
    }

    /// <summary>Returns the next message about a trade.</summary>
    private static async Task<JsonElement> HearAsync(ClientWebSocket reader)
    {
        while (true)
        {
            if (await ReadAsync(reader) is var told && told.GetProperty("type").GetString() == "tradeChanged")
                return told;
        }
    }

    private static async Task<JsonElement> ReadAsync(ClientWebSocket reader)
    {
        var room = new byte[64 * 1024];
        var length = 0;
        ValueWebSocketReceiveResult received;
        do
        {
            received = await reader.ReceiveAsync(room.AsMemory(length), Cancellation).AsTask()
                .WaitAsync(Wait.Limit, Cancellation);
            length += received.Count;
        }
        while (!received.EndOfMessage);

        return JsonDocument.Parse(room.AsMemory(0, length)).RootElement;
    }
}
