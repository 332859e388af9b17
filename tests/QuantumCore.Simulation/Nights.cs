using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// Passing days. At night nothing happens but that the wall clocks of all silos advance by a day or more. Trades settle
/// one and two business days later, and holidays are declared.
/// </summary>
internal sealed class Nights(World world)
{
    /// <summary>Settlement venue of the simulated instruments.</summary>
    public const string Venue = "MAIN";

    private static readonly DateTimeOffset s_first = new(2026, 1, 2, 9, 0, 0, TimeSpan.Zero);
    private TimeSpan _passed;

    public bool IsOpen => PassIn(world.Seed);

    /// <summary>
    /// Returns true if days pass in a seed. A third of all seeds has a single day, on which everything settles at once.
    /// </summary>
    public static bool PassIn(int seed) => seed % 3 != 0;

    /// <summary>
    /// Largest error of silos' wall clocks, in seconds. It is smaller close to midnight, because no promise about days
    /// holds for clocks more than ten minutes apart.
    /// </summary>
    public int ClockError => IsLate ? 240 : 3_600;

    /// <summary>Wall-clock time without clock errors.</summary>
    public DateTimeOffset Now => Start + TimeSpan.FromTicks(world.Now) + _passed;

    /// <summary>UTC day, as a number since 1970.</summary>
    public long Today => (Now - DateTimeOffset.UnixEpoch).Days;

    // Some days end during the simulation, and some months too.
    private bool IsLate => IsOpen && world.Seed % 5 < 2;

    private DateTimeOffset Start => !IsOpen ? s_first
        : s_first + TimeSpan.FromDays(24 + (world.Seed % 7)) + (IsLate ? new TimeSpan(14, 59, 54) : TimeSpan.Zero);

    /// <summary>Returns a listing: one symbol settles at once, one after one day, one after two days.</summary>
    public Instrument Listing(string symbol)
    {
        var days = IsOpen ? Array.IndexOf(Market.Symbols, symbol) : 0;
        return Market.Listing(symbol) with { SettlementDays = days, SettlementVenue = days > 0 ? Venue : "" };
    }

    /// <summary>Lets days pass until it is stopped.</summary>
    public async Task PassAsync(CancellationToken stop)
    {
        while (IsOpen && !stop.IsCancellationRequested)
        {
            await Task.Delay(world.Within(300_000, 5_000_000), world.Clock, CancellationToken.None);
            await DeclareAsync();
            await AskAsync();
            Pass(world.Chance(0.8) ? 1 : world.Next(2, 5));
        }
    }

    /// <summary>Lets a number of days pass.</summary>
    public void Pass(int days)
    {
        _passed += TimeSpan.FromDays(days);
        world.Tell($"it is {Now:R}");
    }

    /// <summary>Checks the invariants that hold at any moment, for the history so far.</summary>
    private async Task AskAsync()
    {
        foreach (var violation in await HistoryInvariants.CheckAsync(
            world.Database.History, 0, null, CancellationToken.None))
            world.Find($"on the way, {violation.Name}: {string.Join("; ", violation.Rows)}");
    }

    private async Task DeclareAsync()
    {
        if (world.Silos.Count == 0 || world.Chance(0.6))
            return;

        var silo = world.Pick(world.Silos);
        var request = new HolidaysRequest(
            Venue, [.. Enumerable.Range(0, 7).Select(day => Today + day).Where(_ => world.Chance(0.3))], "desk", "");
        try
        {
            var refusal = await silo.Owner.Run(async () => await silo.Grains.Catalog().SetHolidays(request))
                .WaitAsync(TimeSpan.FromSeconds(3), world.Clock);
            if (refusal is not null)
                world.Find($"{request} is refused: {refusal}");
        }
        catch (Exception)
        {
            // The outcome is unknown; the calendar tells.
        }
    }
}
