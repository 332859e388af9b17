using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Corporate actions and their states.</summary>
internal sealed class AnnouncedActions(InstrumentListings listings, MarginPolicies margin)
{
    private readonly List<CorporateActionView> _actions = [];

    /// <summary>The actions, in the sequence of announcement.</summary>
    public IReadOnlyCollection<CorporateActionView> All => _actions;

    /// <summary>Names of assets that a symbol change has retired: nothing new moves under them.</summary>
    public IEnumerable<string> OldNames => _actions
        .Where(
            action => action.Request.Kind == CorporateActionKind.SymbolChange
                && action.State != CorporateActionState.Announced)
        .Select(action => action.UnitAsset);

    /// <summary>Returns the action of an id, or null if there is none.</summary>
    public CorporateActionView? Find(string id) => _actions.Find(action => action.Request.Id == id);

    /// <summary>Returns the record of an action's next step; null if the action is in another state.</summary>
    /// <exception cref="ArgumentException">There is no such action.</exception>
    public CatalogRecord? Advance(string id, CorporateActionState from, CatalogRecord step) =>
        Find(id) is not { } action ? throw new ArgumentException($"There is no corporate action {id}.", nameof(id))
        : action.State == from ? step
        : null;

    /// <summary>Returns the reason why a new action cannot be announced, or null.</summary>
    public CorporateRefusal? WhyNot(CorporateActionRequest request, long today) =>
        listings.Find(request.Symbol) is not { } instrument ? new("symbol", "it is not listed")
        : request.Rate is < 1 or > CorporateActionRequest.RateLimit
            ? new("amount", "it is more than nothing, and not beyond measure")
        : request.ExDay != 0 && (request.ExDay < today || request.ExDay > CorporateActionRequest.LastDay)
            ? new("exDate", "it is today or later, to the end of 2199")
        : request.PayDay != 0
            && (request.PayDay < Math.Max(request.ExDay, today) || request.PayDay > CorporateActionRequest.LastDay)
            ? new("payDate", "it is not before the ex-date, nor after the end of 2199")
        : IsWaiting(instrument.Base.Name, request.ChangesUnits)
            ? new("symbol", "another action of it is not entered yet, and one of them is a split or a symbol change")
        : Changing(instrument.Base.Name) is { } renamed
            ? new("symbol", $"it is called {renamed.Request.NewSymbol} since")
        : request.Kind == CorporateActionKind.SymbolChange ? WhyNoSymbolChange(request, instrument)
        : request.Kind == CorporateActionKind.Split ? WhyNoSplit(request, instrument.Base)
        : MarginedElsewhere(instrument) is { } twin
            ? new(
                "symbol",
                $"{instrument.Base.Name} is traded on margin as {twin.Symbol}: who is short can owe {twin.Quote.Name} alone")
        : null;

    /// <summary>Returns the reason why an instrument cannot be traded on margin, or null.</summary>
    public string? WhyNoMargin(Instrument instrument)
    {
        if (Changing(instrument.Base.Name) is { } action)
        {
            return $"{action.Request.Id} turns {instrument.Base.Name} into other units";
        }

        return _actions.Find(
            under => under.UnitAsset == instrument.Base.Name && under.Request.Kind == CorporateActionKind.CashDividend
            && under.CashAsset != instrument.Quote.Name && IsUnderWay(under)) is { } dividend
            ? $"{dividend.Request.Id} pays {dividend.CashAsset}: who is short can owe {instrument.Quote.Name} alone"
            : null;
    }

    /// <summary>Requires that no action changes the units of a new instrument's assets.</summary>
    /// <exception cref="ArgumentException">An action changes them.</exception>
    public void RequireSameUnits(Instrument instrument)
    {
        if (!listings.Has(instrument.Symbol)
            && (Changing(instrument.Base.Name) ?? Changing(instrument.Quote.Name)) is { } action)
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: {action.Request.Id} turns {action.UnitAsset} into other units.",
                nameof(instrument));
        }
    }

    /// <summary>Requires free names. An announced name is reserved until its instrument is listed.</summary>
    /// <exception cref="ArgumentException">A name is reserved.</exception>
    public void RequireFreeName(Instrument instrument)
    {
        if (_actions.Find(action => action.Request.NewSymbol is { Length: > 0 } symbol && !listings.Has(symbol)
                && (symbol == instrument.Symbol || action.Request.NewAsset == instrument.Base.Name
                    || action.Request.NewAsset == instrument.Quote.Name)) is { } action
            && instrument != action.Request.Renamed(listings.Get(action.Request.Symbol)) with
            {
                ReferencePriceTicks = instrument.ReferencePriceTicks,
            })
        {
            throw new ArgumentException(
                $"{instrument.Symbol} of {instrument.Base.Name} is announced as a new name of {action.Request.Symbol}.",
                nameof(instrument));
        }
    }

    /// <summary>Applies a record.</summary>
    public void Apply(CatalogRecord record)
    {
        switch (record)
        {
            case CorporateActionAnnounced announced:
                var instrument = listings.Get(announced.Request.Symbol);
                var paid = announced.Request.NewAsset is { Length: > 0 } name
                    ? instrument.Base with { Name = name }
                    : instrument.Quote;
                _actions.Add(new CorporateActionView(
                    announced.Request, announced.TimeNanos, announced.CutNanos,
                    instrument.Base.Name, instrument.Base.Decimals, paid.Name, paid.Decimals,
                    CorporateActionState.Announced, default));
                break;
            case CorporateActionBegun begun:
                // For a change of units, the cut is the moment at which their books are halted.
                Replace(begun.Id, view => view with
                {
                    State = CorporateActionState.Begun,
                    CutNanos = view.Request.ChangesUnits ? begun.TimeNanos : view.CutNanos,
                });
                break;
            case CorporateActionClosed closed:
                Replace(closed.Id, view => view with { State = CorporateActionState.Entered, Sums = closed.Sums });
                break;
            case CorporateActionEnded ended:
                Replace(ended.Id, view => view with { State = CorporateActionState.Paid });
                break;
        }
    }

    // Debt in another currency than its own is not part of an account's equity.
    private Instrument? MarginedElsewhere(Instrument instrument) => listings.All.FirstOrDefault(
        other => other.Base == instrument.Base && other.Quote != instrument.Quote && margin.IsOnMargin(other.Symbol));

    // Units before and after a split are different things: the first action must be complete. A new name's units are
    // not all there before its change is complete.
    private bool IsWaiting(string asset, bool changesUnits) =>
        _actions.Exists(action => (action.UnitAsset == asset || action.Request.NewAsset == asset)
        && IsUnderWay(action) && (changesUnits || action.Request.ChangesUnits));

    // Nothing that would block a split or a symbol change may arise while it is under way. A renamed asset stays
    // blocked permanently.
    private CorporateActionView? Changing(string asset) =>
        _actions.Find(action => action.UnitAsset == asset && action.Request.ChangesUnits
        && (action.Request.Kind == CorporateActionKind.SymbolChange || IsUnderWay(action)));

    private static bool IsUnderWay(CorporateActionView action) =>
        action.State is CorporateActionState.Announced or CorporateActionState.Begun;

    private CorporateRefusal? WhyNoSymbolChange(CorporateActionRequest request, Instrument instrument)
    {
        var (symbol, asset) = (request.NewSymbol ?? "", request.NewAsset ?? "");
        if ((instrument with { Symbol = symbol }).Check() is { } wrong)
        {
            return new("newSymbol", wrong.Why);
        }

        if (request.Renamed(instrument).Check() is { } none)
        {
            return new("newAsset", none.Why);
        }

        if (listings.Has(symbol) || _actions.Exists(action => action.Request.NewSymbol == symbol))
        {
            return new("newSymbol", "another instrument has it, or had it");
        }

        if (listings.All.Any(other => other.Base.Name == asset || other.Quote.Name == asset)
            || _actions.Exists(action => action.Request.NewAsset == asset))
        {
            return new("newAsset", "another asset has this name, or had it");
        }

        return request.PayDay != 0 ? new("payDate", "units are changed at once")
            : listings.All.FirstOrDefault(
                other => other.Base == instrument.Base && other.Symbol != instrument.Symbol) is { } twin
                ? new("symbol", $"{instrument.Base.Name} is traded as {twin.Symbol}, too")
            : WhyUnitsStay(instrument.Base, "renamed");
    }

    private CorporateRefusal? WhyNoSplit(CorporateActionRequest request, Asset asset)
    {
        if (request.Numerator is < 1 or > CorporateActionRequest.RatioLimit
            || request.Denominator is < 1 or > CorporateActionRequest.RatioLimit
            || request.Numerator == request.Denominator)
        {
            return new("ratio", $"it is of two different numbers from 1 to {CorporateActionRequest.RatioLimit}");
        }

        if (request.PayDay != 0)
        {
            return new("payDate", "what a split pays it pays at once");
        }

        return listings.All.FirstOrDefault(
            instrument => instrument.Base == asset && instrument.LotUnits != 1) is { } coarse
            ? new("symbol", $"it is not split while {coarse.Symbol} has lots of more than its smallest unit")
            : WhyUnitsStay(asset, "split");
    }

    private CorporateRefusal? WhyUnitsStay(Asset asset, string what)
    {
        foreach (var instrument in listings.All)
        {
            var wrong = instrument.Quote == asset ? "is paid in it"
                : instrument.Base != asset ? null
                : instrument.SettlementDays > 0 ? "settles days after its trades"
                : margin.IsOnMargin(instrument.Symbol) ? "is traded on margin"
                : null;
            if (wrong is not null)
            {
                return new("symbol", $"it is not {what} while {instrument.Symbol} {wrong}");
            }
        }

        return null;
    }

    private void Replace(string id, Func<CorporateActionView, CorporateActionView> change)
    {
        var index = _actions.FindIndex(action => action.Request.Id == id);
        _actions[index] = change(_actions[index]);
    }
}
