using System.Globalization;

namespace QuantumCore.Client;

/// <summary>Corporate actions: announcements and their effects on accounts.</summary>
public sealed class OperatorCorporateActionsClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorCorporateActionsClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns every corporate action, newest first.</summary>
    public async Task<IReadOnlyList<CorporateAction>> GetAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<CorporateActions>("admin/corporate-actions", cancellation)).Actions;

    /// <summary>Announces a cash dividend. Repeating the same announcement changes nothing.</summary>
    /// <param name="dividend">The dividend.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<CorporateAction>> AnnounceDividendAsync(
        CorporateDividend dividend, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dividend);
        var body = new CorporateActionBody
        {
            Id = dividend.Id,
            Type = EnumWords<CorporateActionType>.Text(CorporateActionType.Dividend),
            Symbol = dividend.Symbol,
            ExDate = Requests.Text(dividend.ExDate),
            PayDate = Requests.Text(dividend.PayDate),
            Amount = Requests.Text(dividend.Amount),
            Why = why,
        };
        return AnnounceAsync(body, cancellation);
    }

    /// <summary>
    /// Announces a split. Repeating the same announcement changes nothing. The split begins when its books are halted
    /// or closed.
    /// </summary>
    /// <param name="split">The split.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<CorporateAction>> AnnounceSplitAsync(
        CorporateSplit split, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var body = new CorporateActionBody
        {
            Id = split.Id,
            Type = EnumWords<CorporateActionType>.Text(CorporateActionType.Split),
            Symbol = split.Symbol,
            ExDate = Requests.Text(split.ExDate),
            Amount = Requests.Text(split.UnitValue),
            Ratio = string.Create(CultureInfo.InvariantCulture, $"{split.NewUnits}:{split.OldUnits}"),
            Why = why,
        };
        return AnnounceAsync(body, cancellation);
    }

    /// <summary>
    /// Announces a symbol change. Repeating the same announcement changes nothing. The change begins when its book is
    /// halted or closed.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<CorporateAction>> AnnounceSymbolChangeAsync(
        CorporateSymbolChange change, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var body = new CorporateActionBody
        {
            Id = change.Id,
            Type = EnumWords<CorporateActionType>.Text(CorporateActionType.SymbolChange),
            Symbol = change.Symbol,
            ExDate = Requests.Text(change.ExDate),
            NewSymbol = change.NewSymbol,
            NewAsset = change.NewAsset,
            Why = why,
        };
        return AnnounceAsync(body, cancellation);
    }

    /// <summary>Returns the accounts' recorded parts of a corporate action.</summary>
    /// <param name="id">Id of the action.</param>
    /// <param name="after"><c>Next</c> of the previous page; null for the first page.</param>
    /// <param name="limit">Most parts, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<CorporateParts> GetPartsAsync(
        string id, string? after = null, int limit = 100, CancellationToken cancellation = default) =>
        _calls.GetAsync<CorporateParts>(
            CallPath.Of("admin/corporate-actions", id) + CallPath.Query(("limit", limit), ("after", after)),
            cancellation);

    private async Task<IReadOnlyList<CorporateAction>> AnnounceAsync(
        CorporateActionBody body, CancellationToken cancellation) =>
        (await _calls.PostAsync<CorporateActions>("admin/corporate-actions", body, cancellation)).Actions;
}
