using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>Announces dividends from time to time: for now or the next day, paid at once or days later.</summary>
internal sealed class Issuer(World world, Habit habit)
{
    private int _announced;

    private bool IsOpen => IsOpenIn(world.Seed);

    // Replacing orders during their adjustment is rare, so it needs many of both.
    private bool IsBusy => habit == Habit.Amends;

    /// <summary>Returns true if a seed has dividends. Where days pass, a clock error may also shift a cut.</summary>
    public static bool IsOpenIn(int seed) => Nights.PassIn(seed) && seed % 2 == 0;

    /// <summary>Announces dividends until it is stopped. Some announcements are repeated.</summary>
    public async Task AnnounceAsync(CancellationToken stop)
    {
        while (IsOpen && !stop.IsCancellationRequested)
        {
            await Task.Delay(
                IsBusy ? world.Within(50_000, 600_000) : world.Within(300_000, 3_000_000), world.Clock,
                CancellationToken.None);
            if (world.Silos.Count == 0)
                continue;

            var today = world.Nights.Today;
            var exDay = world.Chance(IsBusy ? 0.1 : 0.4) ? today + 1 : 0;
            var payDay = world.Chance(0.3) ? 0 : Math.Max(exDay, today) + world.Next(1, 4);
            var request = new CorporateActionRequest(
                $"dividend-{++_announced}", CorporateActionKind.CashDividend, world.Pick(Market.Symbols), exDay, payDay,
                world.Next(1L, 2_000_000_000), "desk", "");
            for (var times = world.Chance(0.2) ? 2 : 1; times > 0; times--)
                await TryAsync(request);
        }
    }

    private async Task TryAsync(CorporateActionRequest request)
    {
        if (world.Silos.Count == 0)
            return;

        var silo = world.Pick(world.Silos);
        try
        {
            if (await silo.Owner.Run(async () => await silo.Grains.Catalog().AnnounceAction(request))
                .WaitAsync(TimeSpan.FromSeconds(3), world.Clock) is { } refusal
                && refusal.Field is not ("exDate" or "payDate"))
            {
                world.Find($"{request} is refused: {refusal}");
            }
        }
        catch (Exception)
        {
            // The outcome is unknown; its records tell.
        }
    }
}
