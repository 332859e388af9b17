using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Has margin accounts look at the newest mark prices, and carries what they want done.</summary>
public sealed partial class OpenWorkAgent
{
    private const int MarginAccountsPerPage = 1_000;

    private long _marginDay = -1;

    /// <summary>
    /// One round over the margin accounts that owe or are not healthy; once a UTC day over all of them, so that interest accrues day by
    /// day.
    /// </summary>
    public async Task ReviewMarginAsync(CancellationToken cancellationToken)
    {
        if (catalog.Margin.Instruments.Count == 0)
        {
            return;
        }

        await marks.RefreshAsync();
        var day = UtcDay.Of(NanosAt(TimeSpan.Zero));
        var (all, isDone, after) = (day != _marginDay, true, 0L);
        while (await history.MarginAccountsAsync(all, after, MarginAccountsPerPage, cancellationToken) is { IsEmpty: false } accounts)
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

    // One account that can't answer must not keep the others from being looked at.
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
            GrainLog.AgentFailed(log, e);
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
