using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>Margin: the kind of the account, its mark prices, and its automatic steps.</summary>
internal sealed class AccountMargin(
    AccountMachine machine, AccountJournal journal, InstrumentCatalog catalog, MarkPriceCache marks,
    BookDeliveries deliveries)
{
    /// <inheritdoc cref="IAccountGrain.SetKind"/>
    public async ValueTask<string?> SetKindAsync(AccountKindRequest request)
    {
        journal.RequireRoom("change its kind");
        await catalog.KnowAssetAsync(request.Currency);
        await deliveries.CatchUpAsync();
        catalog.TryGetAsset(request.Currency, out var currency);
        var whyNot = journal.Mutate(() =>
        {
            while (true)
            {
                var (wrong, record) = machine.SetKind(request, currency, journal.Now);
                if (record is null)
                {
                    return wrong;
                }

                journal.Record(record, urgent: true);
            }
        });
        await journal.SettleAsync();
        return whyNot;
    }

    /// <inheritdoc cref="IAccountGrain.ReviewMargin"/>
    public async ValueTask<MarginWork> ReviewMarginAsync()
    {
        if (!machine.IsMargin)
        {
            return MarginWork.None;
        }

        journal.RequireRoom("be reviewed");
        var work = journal.Mutate(() =>
        {
            while (machine.Review(marks.Of, marks.IsTrading, journal.Now) is { } record)
            {
                journal.Record(record, urgent: true);
            }

            return machine.Work();
        });
        await journal.SettleAsync();
        return work;
    }

    /// <inheritdoc cref="IAccountGrain.TakeCover"/>
    public ValueTask TakeCoverAsync(LiquidationCover cover) => journal.RunAsync(
        "be covered",
        () =>
        {
            journal.RequireDurable(cover.Sequence);
            return machine.TakeCover(cover, journal.Now);
        });

    /// <inheritdoc cref="IAccountGrain.PayShare"/>
    public async ValueTask PayShareAsync(DeficitShareRequest request)
    {
        journal.RequireRoom("pay a share of a deficit");
        await catalog.KnowAssetAsync(request.Asset);
        await deliveries.CatchUpAsync();
        await journal.RunAsync(() =>
        {
            TakeMarks();
            return catalog.TryGetAsset(request.Asset, out var asset)
                ? machine.PayShare(request, asset!, journal.Now)
                : null;
        });
    }

    /// <summary>
    /// Records the newest mark prices of these symbols and of the account's positions, because the next decision rests
    /// on them.
    /// </summary>
    public void TakeMarks(params ReadOnlySpan<string> symbols)
    {
        if (!machine.IsMargin)
        {
            return;
        }

        // Accrue first: a new loan must bear nothing for an earlier night that was not reviewed yet.
        while (machine.Accrue(marks.Of, journal.Now) is { } accrued)
        {
            journal.Record(accrued, urgent: false);
        }

        if (machine.TakeMarks(symbols, marks.Of, journal.Now) is { } record)
        {
            journal.Record(record, urgent: false);
        }
    }
}
