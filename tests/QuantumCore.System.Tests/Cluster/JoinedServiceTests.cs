using System.Collections.Concurrent;
using QuantumCore.Client;
using QuantumCore.Client.Cluster;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests.Cluster;

/// <summary>A service that calls the grains itself through the SDK, while a silo that it calls is killed.</summary>
public sealed class JoinedServiceTests(PostgresServer server, ITestOutputHelper output)
{
    private const int PairsBefore = 15;
    private const int Pairs = 40;

    // An order that never reached its book, and never will: the account got its money back.
    private const string Voided = "Voided";

    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };
    private static readonly QuantumCoreClientOptions s_patient = new()
    {
        MaxAttempts = 100,
        RetryBudget = TimeSpan.FromSeconds(60),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Each_order_of_a_service_that_joined_is_there_once_though_a_silo_was_killed()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        diary.NextRound();
        await using var survivor = await LaunchAsync(storage);
        await using var victim = await LaunchAsync(storage);
        await using var exchange = await JoinedExchange.JoinAsync(new ClusterAddress(storage.Place), Token);
        using var alice = exchange.CreateClient("demo-alice", s_patient);
        using var bob = exchange.CreateClient("demo-bob", s_patient);

        // Alice buys all the time, in eight symbols.
        using var administrator = new Customer(survivor.Address, "demo-admin");
        Assert.True(
            (await administrator.PostAsync(
                "admin/accounts/ACC-1001/deposits", """{"key":"purse","asset":"USD","amount":"100000000"}""")).IsDone);

        // As many pairs as it takes until the silo is gone, and then as many again.
        var told = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using var begun = new CountdownEvent(Traded.Eight.Count);
        var isGone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var trading = Task.WhenAll(Traded.Eight.Select(market => Task.Run(
            async () =>
            {
                for (var (pair, after) = (0, 0); after < Pairs; pair++)
                {
                    if (pair == PairsBefore)
                        begun.Signal();
                    after += isGone.Task.IsCompleted ? 1 : 0;
                    await PlaceAsync(bob, 1002, OrderSide.Sell, market, $"r0-{market.Symbol}-s{pair}", diary, told);
                    await PlaceAsync(alice, 1001, OrderSide.Buy, market, $"r0-{market.Symbol}-b{pair}", diary, told);
                }
            },
            Token)));
        await Task.Run(() => begun.Wait(Token), Token);
        await victim.KillAsync();
        isGone.SetResult();
        await trading;

        // The audit sends each order again under its name: a customer who got a report must get the same one.
        using var auditor = new Auditor(survivor.Address, storage, s_keys, diary) { Markets = Traded.Eight };
        await auditor.AuditAsync("r0", new Random(1), wholeHistory: true);
        Assert.True(auditor.Findings.Count == 0, $"{string.Join('\n', auditor.Findings.Take(20))}\n{survivor.Output}");
        Assert.All(
            diary.All,
            entry => Assert.Equal(told[entry.Name], entry.Reply.Code == Voided ? 0 : entry.Reply.Number("orderId")));
        output.WriteLine(
            $"{told.Count} orders, each told and there once; {told.Values.Count(id => id == 0)} of them voided before they reached a book.");
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Books_that_a_joined_service_watches_are_seen_again_though_a_silo_was_killed()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        await using var survivor = await LaunchAsync(storage);
        await using var victim = await LaunchAsync(storage);
        await using var exchange = await JoinedExchange.JoinAsync(new ClusterAddress(storage.Place), Token);
        using var alice = exchange.CreateClient("demo-alice", s_patient);
        await using var watched =
            alice.Market.WatchBooksAsync(Traded.Eight.Select(market => market.Symbol), Token).GetAsyncEnumerator(Token);
        await SeeBidsAsync(alice, watched, 0.5m);

        // Whichever of the books it held.
        await victim.KillAsync();
        await SeeBidsAsync(alice, watched, 0.51m);
    }

    /// <summary>Bids in every book at a share of its price, and waits until each bid is seen there.</summary>
    private static async Task SeeBidsAsync(
        QuantumCoreClient client, IAsyncEnumerator<BookUpdate> watched, decimal share)
    {
        await Task.WhenAll(Traded.Eight.Select(market => client.Orders.PlaceAsync(
            new PlaceOrder
            {
                Symbol = market.Symbol,
                Side = OrderSide.Buy,
                Quantity = market.Lot,
                Price = market.Reference * share,
            }, Token)));
        var unseen = Traded.Eight.ToDictionary(market => market.Symbol, market => market.Reference * share);
        while (unseen.Count > 0 && await watched.MoveNextAsync())
        {
            if (unseen.TryGetValue(watched.Current.Book.Symbol, out var bid)
                && watched.Current.Book.Bids.Any(level => level.Price == bid))
                unseen.Remove(watched.Current.Book.Symbol);
        }

        Assert.Empty(unseen);
    }

    private static Task<SiloProcess> LaunchAsync(Storage storage, params string[] more) => SiloProcess.StartAsync(
        [
            .. storage.Arguments, "--exchange", Traded.WriteEight(storage.Folder), "--market-maker", "off",
            "--long-turn", "0", "--gateway-port", SiloProcess.FreePort().ToString(), .. more]);

    private static async Task PlaceAsync(
        QuantumCoreClient client, long account, OrderSide side, Traded market, string name, Diary diary,
        ConcurrentDictionary<string, long> told)
    {
        var body =
            $$"""{"symbol":"{{market.Symbol}}","side":"{{(side == OrderSide.Buy ? "buy" : "sell")}}","price":"{{Traded.Text(market.Reference)}}","quantity":"{{Traded.Text(market.Lot)}}","clientOrderId":"{{name}}"}""";
        var entry = new Entry(Wish.Place, account, market.Symbol, name, HttpMethod.Post, "orders", body);
        diary.Sent(entry);
        try
        {
            var order = new PlaceOrder
            {
                Symbol = market.Symbol,
                Side = side,
                Quantity = market.Lot,
                Price = market.Reference,
                ClientOrderId = name,
            };
            told[name] = (await client.Orders.PlaceAsync(order, Token)).OrderId;
        }
        catch (QuantumCoreException refused) when (refused.Code == Voided)
        {
            told[name] = 0;
        }

        diary.Answered(entry, default);
    }
}
