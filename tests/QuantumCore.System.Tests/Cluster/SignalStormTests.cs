using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests.Cluster;

/// <summary>
/// The same signals, delivered many times in parallel to two silos of one exchange, one of which is killed meanwhile.
/// </summary>
public sealed class SignalStormTests(PostgresServer server, ITestOutputHelper output)
{
    private const int Signals = 60;
    private const int Deliveries = 5;
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(50);

    [Fact]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    public async Task A_signal_that_two_silos_get_many_times_while_one_is_killed_is_one_order()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        var silos = await Task.WhenAll(LaunchAsync(storage), LaunchAsync(storage));
        try
        {
            using var alice = new Customer(silos[1].Address, "demo-alice");
            var strategy = await alice.InsistAsync(
                HttpMethod.Put,
                "signals/strategies/storm",
                """{"accounts":[{"account":"ACC-1001"}],"policy":"add","passphrase":true,"mostInWindow":1000,"maxAgeSeconds":3600}""");
            Assert.True(strategy.IsDone, strategy.Raw);
            var secret = strategy.Text("secret");
            var delivered = 0;
            var killing = Task.CompletedTask;
            var replies = await Task.WhenAll(
                from signal in Enumerable.Range(0, Signals)
                from delivery in Enumerable.Range(0, Deliveries * 2)
                select DeliverAsync(signal, silos[delivery % 2], silos[1], secret, () =>
                {
                    // The kill happens once, in the middle.
                    if (Interlocked.Increment(ref delivered) == Signals * Deliveries)
                        killing = silos[0].KillAsync();
                }));
            await killing;

            Assert.All(replies, reply => Assert.True(reply.Reply.IsDone, reply.Reply.Raw));
            var byName = replies.ToLookup(
                reply => reply.Signal,
                reply => reply.Reply.Items("accounts").Single().GetProperty("order").GetProperty("orderId").ToString());
            Assert.All(byName, orders => Assert.Single(orders.Distinct()));
            Assert.Equal(Signals, byName.SelectMany(orders => orders).Distinct().Count());
            var open = (await alice.GetAsync("orders?symbol=AAPL")).Items("orders").ToArray();
            Assert.Equal(Signals, open.Length);
            Assert.All(
                open,
                order => Assert.StartsWith(
                    "sig.storm.", order.GetProperty("clientOrderId").GetString(), StringComparison.Ordinal));
            output.WriteLine(
                $"{replies.Length} deliveries of {Signals} signals, {replies.Count(reply => !reply.Reply.Body.GetProperty("duplicate").GetBoolean())} told as new.");
        }
        finally
        {
            foreach (var silo in silos)
                await silo.DisposeAsync();
        }
    }

    /// <summary>
    /// Delivers one signal to one silo, or to the other once the first is gone, until its outcome is known.
    /// </summary>
    private static async Task<(int Signal, Reply Reply)> DeliverAsync(
        int signal, SiloProcess silo, SiloProcess other, string secret, Action onReply)
    {
        var body =
            $$"""{"key":"s-{{signal}}","symbol":"AAPL","action":"buy","quantity":"1","price":"140.00","passphrase":"{{secret}}"}""";
        using var tool = new Customer(silo.Address, null);
        using var again = new Customer(other.Address, null);
        var reply = await tool.PostAsync("signals/storm", body);
        onReply();
        while (!reply.IsDefinite)
        {
            await Task.Delay(s_breath, TestContext.Current.CancellationToken);
            reply = await again.PostAsync("signals/storm", body);
        }

        return (signal, reply);
    }

    private static Task<SiloProcess> LaunchAsync(Storage storage) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off", "--long-turn", "0"]);
}
