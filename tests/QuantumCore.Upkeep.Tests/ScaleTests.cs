using QuantumCore.Bench.Scale;

namespace QuantumCore.Upkeep.Tests;

/// <summary>The cluster simulation, where a limit can be computed by hand.</summary>
public class ScaleTests
{
    private static readonly ClusterCosts s_nothing = new()
    {
        Edge = 0,
        Account = 0,
        Book = 0,
        Deliver = 0,
        Hop = 0,
        Network = 0,
        Commit = 0,
        Frame = 0,
        Record = 0,
        History = 0,
        Rows = 0,
    };

    private static readonly ClusterShape s_one =
        new(Silos: 1, Journals: 1, Processors: 2, Symbols: 8, HotPercent: 0, Callers: 64);

    [Fact]
    public void A_seed_tells_everything()
    {
        var shape = s_one with { Silos = 4, Journals = 2 };
        var outcome = Simulate(new ClusterCosts(), shape);
        Assert.Equal(outcome, Simulate(new ClusterCosts(), shape));
        Assert.NotEqual(outcome, ClusterSimulation.Run(new ClusterCosts(), shape, seed: 2, milliseconds: 200));
    }

    [Fact]
    public void Processors_carry_what_their_time_is_enough_for()
    {
        // Two processors, 20 µs an order: 100,000 a second.
        var outcome = Simulate(s_nothing with { Edge = 12_000, Account = 8_000 }, s_one);
        Assert.InRange(outcome.OrdersPerSecond, 95_000, 103_000);
        Assert.Equal(("a silo's processors", 100), (outcome.Fullest, outcome.FullestPercent));
    }

    [Fact]
    public void A_book_takes_one_order_at_a_time_however_many_silos_there_are()
    {
        var costs = s_nothing with { Book = 20_000, Commit = 1_000 };
        var outcome = Simulate(costs, s_one with { Silos = 8, Symbols = 1, Processors = 4 });
        Assert.InRange(outcome.OrdersPerSecond, 46_000, 52_000);
        Assert.Equal("the busiest book", outcome.Fullest);

        // A tenth of all orders, and a hundredth of the rest.
        var spread = Simulate(costs, s_one with { Silos = 8, Symbols = 100, HotPercent = 10, Callers = 1_000 });
        Assert.InRange(spread.OrdersPerSecond, 400_000, 480_000);
    }

    [Fact]
    public void Two_databases_carry_twice_the_records_of_one()
    {
        // Two records an order, 20 µs each, on two processors: 50,000 orders a second and database.
        var costs = s_nothing with { Record = 20_000, Commit = 100_000 };
        var shape = s_one with { Silos = 8, Symbols = 64 };
        var (one, two) = (Simulate(costs, shape), Simulate(costs, shape with { Journals = 2 }));
        Assert.InRange(one.OrdersPerSecond, 45_000, 52_000);
        Assert.InRange(two.OrdersPerSecond, 90_000, 104_000);
        Assert.Equal("a database", one.Fullest);
    }

    [Fact]
    public void Waiting_alone_is_what_an_order_takes_in_an_empty_exchange()
    {
        // Two commits of a millisecond, and nobody else.
        var costs = s_nothing with { Commit = 1_000_000, Network = 50_000 };
        var alone = Simulate(costs, s_one with { Callers = 1 });
        Assert.Equal((2_000, 2_000), (alone.P50Micros, alone.P99Micros));

        // Calls to other processes for account and book add up to four hops.
        Assert.InRange(Simulate(costs, s_one with { Silos = 16, Symbols = 16, Callers = 1 }).P99Micros, 2_200, 6_000);
    }

    [Fact]
    public void The_history_is_behind_where_one_ledger_has_too_much_and_trading_goes_on()
    {
        var costs = s_nothing with { Edge = 20_000, History = 100_000 };
        var shape = s_one with { Silos = 4 };
        var (one, four) = (Simulate(costs, shape), Simulate(costs, shape with { Journals = 4 }));
        Assert.InRange(one.HistoryPerSecond, 5_000, 10_500);
        Assert.True(one.OrdersPerSecond > 10 * one.HistoryPerSecond);
        Assert.True(four.HistoryPerSecond > 3 * one.HistoryPerSecond);
    }

    private static ClusterOutcome Simulate(ClusterCosts costs, ClusterShape shape) =>
        ClusterSimulation.Run(costs, shape, seed: 1, milliseconds: 200);
}
