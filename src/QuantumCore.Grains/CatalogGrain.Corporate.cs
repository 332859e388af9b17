using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Corporate actions: what was announced, and how far it has come.</summary>
public sealed partial class CatalogGrain
{
    private const long DayNanos = 86_400_000_000_000;

    private readonly List<CorporateActionView> _actions = [];

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<CorporateActionView>> CorporateActions()
    {
        ImmutableArray<CorporateActionView> actions = [.. _actions];
        await Stream.WhenDurable(Stream.Head);
        return actions;
    }

    /// <inheritdoc/>
    public async ValueTask<CorporateRefusal?> AnnounceAction(CorporateActionRequest request)
    {
        if (_actions.Find(action => action.Request.Id == request.Id) is { } known)
        {
            await Stream.WhenDurable(Stream.Head);
            return known.Request.IsSame(request) ? null : new CorporateRefusal("id", "another action has this id");
        }

        if (WhyNot(request, TradingDay.DayOf(Now)) is { } wrong)
        {
            return wrong;
        }

        Record(new CorporateActionAnnounced(Now, request, request.ExDay == 0 ? Now : request.ExDay * DayNanos));
        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    /// <inheritdoc/>
    public ValueTask BeginAction(string id) => AdvanceAsync(id, CorporateActionState.Announced, () => new CorporateActionBegun(Now, id));

    /// <inheritdoc/>
    public ValueTask CloseAction(string id, CorporateSums sums) =>
        AdvanceAsync(id, CorporateActionState.Begun, () => new CorporateActionClosed(Now, id, sums));

    /// <inheritdoc/>
    public ValueTask EndAction(string id) => AdvanceAsync(id, CorporateActionState.Entered, () => new CorporateActionEnded(Now, id));

    private async ValueTask AdvanceAsync(string id, CorporateActionState from, Func<CatalogRecord> step)
    {
        if (_actions.Find(action => action.Request.Id == id) is not { } action)
        {
            throw new ArgumentException($"There is no corporate action {id}.", nameof(id));
        }

        if (action.State == from)
        {
            Record(step());
        }

        await Stream.WhenDurable(Stream.Head);
    }

    private CorporateRefusal? WhyNot(CorporateActionRequest request, long today) =>
        !_listed.ContainsKey(request.Symbol) ? new("symbol", "it is not listed")
        : request.Kind != CorporateActionKind.CashDividend ? new("type", "there are cash dividends")
        : request.Rate is < 1 or > CorporateActionRequest.RateLimit ? new("amount", "it is more than nothing, and not beyond measure")
        : request.ExDay != 0 && (request.ExDay < today || request.ExDay > CorporateActionRequest.LastDay) ? new("exDate", "it is today or later, to the end of 2200")
        : request.PayDay != 0 && (request.PayDay < Math.Max(request.ExDay, today) || request.PayDay > CorporateActionRequest.LastDay)
            ? new("payDate", "it is not before the ex-date, nor after the end of 2200")
        : null;

    private void ApplyAction(CatalogRecord record)
    {
        switch (record)
        {
            case CorporateActionAnnounced announced:
                var instrument = _listed[announced.Request.Symbol].Decode();
                _actions.Add(new CorporateActionView(
                    announced.Request, announced.TimeNanos, announced.CutNanos,
                    instrument.Base.Name, instrument.Base.Decimals, instrument.Quote.Name, instrument.Quote.Decimals,
                    CorporateActionState.Announced, default));
                break;
            case CorporateActionBegun begun:
                Replace(begun.Id, view => view with { State = CorporateActionState.Begun });
                break;
            case CorporateActionClosed closed:
                Replace(closed.Id, view => view with { State = CorporateActionState.Entered, Sums = closed.Sums });
                break;
            case CorporateActionEnded ended:
                Replace(ended.Id, view => view with { State = CorporateActionState.Paid });
                break;
        }
    }

    private void Replace(string id, Func<CorporateActionView, CorporateActionView> change)
    {
        var index = _actions.FindIndex(action => action.Request.Id == id);
        _actions[index] = change(_actions[index]);
    }
}
