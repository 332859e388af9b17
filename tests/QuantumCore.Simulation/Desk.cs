using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// The lender. Two customers trade on margin, at mark prices that move at random. Occasionally they move so far that an
/// account's equity becomes negative.
/// </summary>
internal sealed class Desk(World world)
{
    private const long Maker = 1_000;
    private static readonly long[] s_borrowers = [1_003, 1_004];

    /// <summary>Returns true if an account may owe.</summary>
    public bool Lends(long account) => IsOpen && Array.IndexOf(s_borrowers, account) >= 0;

    public bool IsOpen => IsOpenIn(world.Seed);

    /// <summary>Returns true for half of all seeds: those with margin.</summary>
    public static bool IsOpenIn(int seed) => seed % 2 == 1;

    /// <summary>Returns true for a quarter of the seeds: deficits are shared out among accounts that gained.</summary>
    public static bool SharesOutIn(int seed) => seed % 8 is 5 or 7;

    /// <summary>
    /// Credit of the margin group of all symbols, in millionths, in a quarter of the seeds; 0 for no group.
    /// </summary>
    public int CreditPpm => (world.Seed % 8) switch
    {
        1 => 333_333,
        3 => 1_000_000,
        _ => 0,
    };

    /// <summary>Draws an order. One borrower prefers to buy and the other to sell, so that they owe.</summary>
    public HoldRequest Order(long account, string name)
    {
        var order = Market.Order(world, name);
        return Lends(account) && world.Chance(0.6)
            ? order with { Side = account == s_borrowers[0] ? Side.Buy : Side.Sell }
            : order;
    }

    /// <summary>Sets the margin rules before any deposit. Run it in the silo.</summary>
    public async Task OpenAsync(Silo silo)
    {
        if (!IsOpen)
            return;

        var catalog = silo.Grains.Catalog();
        var terms = EncodedMarginTerms.From(new MarginTerms
        {
            Long = MarginTable.Flat(150_000, 100_000),
            Short = MarginTable.Flat(150_000, 110_000),
            LendableLots = 100,
            BorrowPpm = 36_000,
            Group = CreditPpm > 0 ? "ALL" : "",
        });
        var policy = new MarginPolicy
        {
            LoanPpm = 36_000,
            CallSeconds = world.Pick([0, 0, 2]),
            LiquidationPpm = 700_000,
        };
        policy = policy with { SharesOut = SharesOutIn(world.Seed), Skin = world.Seed % 8 == 7 ? 5_000 : policy.Skin };
        await catalog.SetMarginPolicy(new("USD", EncodedMarginPolicy.From(policy), "desk", ""));
        if (CreditPpm > 0)
            await catalog.SetMarginGroup(new("ALL", CreditPpm, "desk", ""));
        foreach (var symbol in Market.Symbols)
        {
            await catalog.SetMarginTerms(new(symbol, terms, "desk", ""));
            foreach (var borrower in s_borrowers)
                await catalog.SetLocate(new(symbol, borrower, 50, "desk", ""));
        }

        foreach (var borrower in s_borrowers)
            await silo.Grains.Account(borrower).SetKind(new("USD", "desk", ""));
        await MarkAsync(silo);
    }

    /// <summary>Moves the mark prices until it is stopped.</summary>
    public async Task MoveAsync(CancellationToken stop)
    {
        while (IsOpen && !stop.IsCancellationRequested)
        {
            await Task.Delay(world.Within(100_000, 1_500_000), world.Clock, CancellationToken.None);
            var move = world.Chance(0.3) ? world.Next(750, 1_330) : world.Next(990, 1_011);
            world.Middle = Math.Clamp(world.Middle * move / 1_000, 300, 3_000);
            await TryMarkAsync();
        }
    }

    /// <summary>Keeps the last price and trades at it with anyone, so that every liquidation can complete.</summary>
    public async Task EndAsync(Task done)
    {
        if (!IsOpen)
            return;

        foreach (var symbol in Market.Symbols)
        {
            await ServeAsync(
                async silo =>
                    (await silo.Grains.Account(Maker)
                        .Deposit(new DepositRequest("units " + symbol, symbol, 1_000_000))).Reason);
            await ServeAsync(
                async silo =>
                    (await silo.Grains.Account(Maker)
                        .Deposit(new DepositRequest("cash " + symbol, "USD", 1_000_000_000))).Reason);
            foreach (var (side, price) in new[] { (Side.Buy, world.Middle), (Side.Sell, world.Middle + 1) })
            {
                var order = new HoldRequest(
                    $"maker-{symbol}-{side}", symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, false, price,
                    1_000);
                await ServeAsync(async silo => (await silo.Orders.PlaceAsync(Maker, order)).Reason);
            }
        }

        while (!done.IsCompleted)
        {
            await TryMarkAsync();
            await Task.Delay(TimeSpan.FromSeconds(1), world.Clock);
        }
    }

    private async Task TryMarkAsync()
    {
        if (world.Silos.Count == 0)
            return;

        var silo = world.Pick(world.Silos);
        try
        {
            await silo.Owner.Run(() => MarkAsync(silo)).WaitAsync(TimeSpan.FromSeconds(3), world.Clock);
        }
        catch (Exception)
        {
            // The previous price stays, as if the feed had sent none.
        }
    }

    private async Task MarkAsync(Silo silo)
    {
        foreach (var symbol in Market.Symbols)
        {
            await silo.Grains.GetGrain<IOrderBookGrain>(Market.Listing(symbol).BookKey)
                .Operate(symbol, new SetMarkPrice(world.Middle));
        }
    }

    // The faults have stopped, but repairs may still take a moment.
    private async Task ServeAsync(Func<Silo, Task<RejectReason>> ask)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var silo = world.Silos[0];
            try
            {
                if (await silo.Owner.Run(() => ask(silo))
                    .WaitAsync(TimeSpan.FromSeconds(3), world.Clock) == RejectReason.None)
                    return;
            }
            catch (Exception)
            {
                // No response in time; retry.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), world.Clock);
        }

        world.Find("Nobody serves the maker.");
    }
}
