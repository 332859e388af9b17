using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>Who pays dividends: now and then one is announced, at once or for the next day, and paid at once or days later.</summary>
internal sealed class Issuer(World world, Habit habit)
{
    private int _announced;

    private bool IsOpen => IsOpenIn(world.Seed);

    // Replacements of orders that are adjusted meanwhile need many of both.
    private bool IsBusy => habit == Habit.Amends;

    /// <summary>Returns whether dividends are paid on a seed's day. Where days pass, a cut that a wrong clock set comes too.</summary>
    public static bool IsOpenIn(int seed) => Nights.PassIn(seed) && seed % 2 == 0;

    /// <summary>Announces until it is told to stop. Some announcements come twice.</summary>
    public async Task AnnounceAsync(CancellationToken stop)
    {
        while (IsOpen && !stop.IsCancellationRequested)
        {
            await Task.Delay(IsBusy ? world.Within(50_000, 600_000) : world.Within(300_000, 3_000_000), world.Clock, CancellationToken.None);
            if (world.Silos.Count == 0)
                continue;

            var today = world.Nights.Today;
            var exDay = world.Chance(IsBusy ? 0.1 : 0.4) ? today + 1 : 0;
            var payDay = world.Chance(0.3) ? 0 : Math.Max(exDay, today) + world.Next(1, 4);
            var request = new CorporateActionRequest(
                $"dividend-{++_announced}", CorporateActionKind.CashDividend, world.Pick(Market.Symbols), exDay, payDay, world.Next(1L, 2_000_000_000), "desk", "");
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
            if (await silo.Owner.Run(async () => await silo.Grains.Catalog().AnnounceAction(request)).WaitAsync(TimeSpan.FromSeconds(3), world.Clock) is { } refusal
                && refusal.Field is not ("exDate" or "payDate"))
            {
                world.Find($"{request} is refused: {refusal}");
            }
        }
        catch (Exception)
        {
            // Nobody knows whether it is announced; its records say so.
        }
    }
}
