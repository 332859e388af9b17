using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// Days that pass: nothing happens at night but that the wall clocks of all silos stand a day or more further. What is traded settles one and two
/// business days later, and holidays are declared.
/// </summary>
internal sealed class Nights(World world)
{
    /// <summary>Where the simulated instruments settle.</summary>
    public const string Venue = "MAIN";

    private static readonly DateTimeOffset s_first = new(2026, 1, 2, 9, 0, 0, TimeSpan.Zero);
    private TimeSpan _passed;

    public bool IsOpen => PassIn(world.Seed);

    /// <summary>A third of all seeds knows one day, on which everything settles at once.</summary>
    public static bool PassIn(int seed) => seed % 3 != 0;

    /// <summary>
    /// What the wall clocks of silos may be wrong by, seconds: less where it is midnight soon, as nobody promises anything about days to clocks that
    /// are more than ten minutes apart.
    /// </summary>
    public int ClockError => IsLate ? 240 : 3_600;

    /// <summary>The time without what is wrong with a clock.</summary>
    public DateTimeOffset Now => Start + TimeSpan.FromTicks(world.Now) + _passed;

    /// <summary>The UTC day since 1970.</summary>
    public long Today => (Now - DateTimeOffset.UnixEpoch).Days;

    // Some days end in the midst of it all, some months too.
    private bool IsLate => IsOpen && world.Seed % 5 < 2;

    private DateTimeOffset Start => !IsOpen ? s_first
        : s_first + TimeSpan.FromDays(24 + (world.Seed % 7)) + (IsLate ? new TimeSpan(14, 59, 54) : TimeSpan.Zero);

    /// <summary>What is listed: one symbol settles at once, one a day later, one two days later.</summary>
    public Instrument Listing(string symbol)
    {
        var days = IsOpen ? Array.IndexOf(Market.Symbols, symbol) : 0;
        return Market.Listing(symbol) with { SettlementDays = days, SettlementVenue = days > 0 ? Venue : "" };
    }

    /// <summary>Days pass until it is told to stop.</summary>
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

    /// <summary>So many days pass.</summary>
    public void Pass(int days)
    {
        _passed += TimeSpan.FromDays(days);
        world.Tell($"it is {Now:R}");
    }

    /// <summary>The invariants that hold at any moment, of what the history has by now.</summary>
    private async Task AskAsync()
    {
        foreach (var violation in await HistoryInvariants.CheckAsync(world.Database.History, 0, null, CancellationToken.None))
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
            var refusal = await silo.Owner.Run(async () => await silo.Grains.Catalog().SetHolidays(request)).WaitAsync(TimeSpan.FromSeconds(3), world.Clock);
            if (refusal is not null)
                world.Find($"{request} is refused: {refusal}");
        }
        catch (Exception)
        {
            // Nobody knows whether they are declared; the calendar says so to whoever asks it.
        }
    }
}
