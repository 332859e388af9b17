using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>Margin: the kind of the account, and its automatic steps.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<string?> SetKind(AccountKindRequest request)
    {
        RequireRoom("change its kind");
        await KnowAssetAsync(request.Currency);
        await CatchUp();
        catalog.TryGetAsset(request.Currency, out var currency);
        var whyNot = Mutate(() =>
        {
            while (true)
            {
                var (wrong, record) = _machine.SetKind(request, currency, Now);
                if (record is null)
                {
                    return wrong;
                }

                Record(record, urgent: true);
            }
        });
        await SettleAsync();
        return whyNot;
    }

    /// <inheritdoc/>
    public async ValueTask<MarginWork> ReviewMargin()
    {
        if (!_machine.IsMargin)
        {
            return MarginWork.None;
        }

        RequireRoom("be reviewed");
        var work = Mutate(() =>
        {
            while (_machine.Review(marks.Of, marks.IsTrading, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return _machine.Work();
        });
        await SettleAsync();
        return work;
    }

    /// <inheritdoc/>
    public async ValueTask TakeCover(LiquidationCover cover)
    {
        RequireRoom("be covered");
        Mutate(() =>
        {
            RequireDurable(cover.Sequence);
            if (_machine.TakeCover(cover, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask PayShare(DeficitShareRequest request)
    {
        RequireRoom("pay a share of a deficit");
        await KnowAssetAsync(request.Asset);
        await CatchUp();
        Mutate(() =>
        {
            TakeMarks();
            if (catalog.TryGetAsset(request.Asset, out var asset)
                && _machine.PayShare(request, asset!, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    /// <summary>
    /// Records the newest mark prices of these symbols and of the account's positions, because the next decision rests
    /// on them.
    /// </summary>
    private void TakeMarks(params ReadOnlySpan<string> symbols)
    {
        if (!_machine.IsMargin)
        {
            return;
        }

        // Accrue first: a new loan must bear nothing for an earlier night that was not reviewed yet.
        while (_machine.Accrue(marks.Of, Now) is { } accrued)
        {
            Record(accrued, urgent: false);
        }

        if (_machine.TakeMarks(symbols, marks.Of, Now) is { } record)
        {
            Record(record, urgent: false);
        }
    }
}
