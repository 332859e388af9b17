using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Scheduled;

/// <summary>Lets margin accounts review the mark prices of their silos, and carries out their work.</summary>
public sealed class MarginRounds(
    HistoryStore history, InstrumentCatalog catalog, MarkPriceCache marks, IGrainFactory grains, TimeProvider time,
    ILogger<MarginRounds> log)
{
    private const int MarginAccountsPerPage = 1_000;

    private long _marginDay = -1;

    /// <summary>
    /// Does one round over the margin accounts that owe or are not healthy. Once a UTC day it covers all of them, so
    /// that interest accrues daily.
    /// </summary>
    public async Task ReviewMarginAsync(CancellationToken cancellationToken)
    {
        if (catalog.Margin.Instruments.Count == 0)
        {
            return;
        }

        var day = UtcDay.Of(time.UnixNanos());
        var (all, isDone, after) = (day != _marginDay, true, 0L);
        while (await history.Margin.AccountsAsync(
            all, after, MarginAccountsPerPage, cancellationToken) is { IsEmpty: false } accounts)
        {
            foreach (var account in accounts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                isDone &= await ReviewAsync(account);
            }

            after = accounts[^1];
        }

        _marginDay = isDone ? day : -1;
    }

    /// <summary>Does one round over the deficits being shared out.</summary>
    public async Task ShareDeficitsAsync(CancellationToken cancellationToken)
    {
        foreach (var deficit in catalog.Margin.Deficits)
        {
            // An account that cannot answer must not block the other deficits.
            try
            {
                await ShareAsync(deficit, cancellationToken);
            }
            catch (Exception e)
            {
                GrainLog.ScheduledWorkFailed(log, e);
            }
        }
    }

    private async Task ShareAsync(SharedDeficit deficit, CancellationToken cancellationToken)
    {
        var shares = deficit.Shares;
        if (shares.IsDefault)
        {
            if (await DayOfAsync(deficit, cancellationToken) is not { } day)
            {
                return;
            }

            shares = await grains.Catalog().ShareDeficit(day);
        }

        foreach (var share in shares)
        {
            await grains.Account(share.Account)
                .PayShare(new(deficit.Account, deficit.Sequence, deficit.Asset, share.Amount));
        }

        await grains.Catalog().EndDeficit(deficit.Account, deficit.Sequence);
    }

    /// <summary>
    /// Returns the gains and losses of the day from durable records. Returns null while a symbol that the account
    /// traded has no mark price here: a silo computes them after its start, and a decision without them would stay.
    /// </summary>
    private async Task<DeficitDay?> DayOfAsync(SharedDeficit deficit, CancellationToken cancellationToken)
    {
        await grains.Ledger().CatchUp();
        var gains = ImmutableArray.CreateBuilder<DayGain>();
        foreach (var of in catalog.Margin.PaidIn(deficit.Asset).Values)
        {
            var mark = marks.Of(of.Instrument.Symbol)?.PriceTicks ?? 0;
            var gained = await history.Margin.DayGainsAsync(
                of.Instrument, UtcDay.Of(deficit.TimeNanos), Math.Max(mark, 1), cancellationToken);
            if (mark > 0)
            {
                gains.AddRange(gained);
            }
            else if (gained.Any(gain => gain.Account == deficit.Account))
            {
                return null;
            }
        }

        var equities = ImmutableArray.CreateBuilder<DeficitShare>();
        foreach (var account in gains.Where(gain => gain.Amount > 0).Select(gain => gain.Account).Distinct().Order())
        {
            if ((await grains.Account(account).View([])).Margin is { } margin && margin.Equity > 0)
            {
                equities.Add(new DeficitShare(account, (long)Int128.Min(margin.Equity, long.MaxValue)));
            }
        }

        return new DeficitDay(deficit.Account, deficit.Sequence, gains.DrainToImmutable(), equities.DrainToImmutable());
    }

    // An account that cannot answer must not block the others' reviews.
    private async Task<bool> ReviewAsync(long account)
    {
        try
        {
            var work = await grains.Account(account).ReviewMargin();
            if (!work.IsNone)
            {
                await CarryAsync(account, work);
                await grains.Account(account).CatchUp();
            }

            return true;
        }
        catch (Exception e)
        {
            GrainLog.ScheduledWorkFailed(log, e);
            return false;
        }
    }

    private async Task CarryAsync(long account, MarginWork work)
    {
        foreach (var (symbol, floor) in work.CloseUpTo)
        {
            await (await catalog.BookAsync(symbol)).CloseAll(symbol, account, floor);
        }

        foreach (var (symbol, number) in work.Cancels)
        {
            await (await catalog.BookAsync(symbol)).Close(symbol, account, [number], EndReason.MassCancel);
        }

        if (work.Order is { } order)
        {
            await (await catalog.BookAsync(work.Symbol)).Submit(work.Symbol, [order]);
        }

        foreach (var claim in work.Claims)
        {
            var cover = await grains.Catalog().Insure(claim);
            await grains.Account(account).TakeCover(cover);
        }
    }
}
