using System.Globalization;

namespace QuantumCore.Client;

// Corporate actions: announcements and queries.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns every corporate action, newest first (administrator's key).</summary>
    public async Task<IReadOnlyList<CorporateAction>> GetCorporateActionsAsync(
        CancellationToken cancellation = default) =>
        (await _calls.SendAsync<CorporateActions>(Get("admin/corporate-actions"), cancellation)).Actions;

    /// <summary>
    /// Announces a cash dividend (administrator's key). Repeating the same announcement changes nothing.
    /// </summary>
    /// <param name="dividend">The dividend.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<CorporateAction>> AnnounceDividendAsync(
        CorporateDividend dividend, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dividend);
        var body = new CorporateActionBody
        {
            Id = dividend.Id,
            Type = EnumWords<CorporateActionType>.Text(CorporateActionType.Dividend),
            Symbol = dividend.Symbol,
            ExDate = Text(dividend.ExDate),
            PayDate = Text(dividend.PayDate),
            Amount = Requests.Text(dividend.Amount),
            Why = why,
        };
        return (await _calls.SendAsync<CorporateActions>(Post("admin/corporate-actions", body), cancellation)).Actions;
    }

    /// <summary>
    /// Announces a split (administrator's key). Repeating the same announcement changes nothing. The split begins when
    /// its books are halted or closed.
    /// </summary>
    /// <param name="split">The split.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<CorporateAction>> AnnounceSplitAsync(
        CorporateSplit split, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var body = new CorporateActionBody
        {
            Id = split.Id,
            Type = EnumWords<CorporateActionType>.Text(CorporateActionType.Split),
            Symbol = split.Symbol,
            ExDate = Text(split.ExDate),
            Amount = Requests.Text(split.UnitValue),
            Ratio = string.Create(CultureInfo.InvariantCulture, $"{split.NewUnits}:{split.OldUnits}"),
            Why = why,
        };
        return (await _calls.SendAsync<CorporateActions>(Post("admin/corporate-actions", body), cancellation)).Actions;
    }

    /// <summary>
    /// Announces a symbol change (administrator's key). Repeating the same announcement changes nothing. The change
    /// begins when its book is halted or closed.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<CorporateAction>> AnnounceSymbolChangeAsync(
        CorporateSymbolChange change, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var body = new CorporateActionBody
        {
            Id = change.Id,
            Type = EnumWords<CorporateActionType>.Text(CorporateActionType.SymbolChange),
            Symbol = change.Symbol,
            ExDate = Text(change.ExDate),
            NewSymbol = change.NewSymbol,
            NewAsset = change.NewAsset,
            Why = why,
        };
        return (await _calls.SendAsync<CorporateActions>(Post("admin/corporate-actions", body), cancellation)).Actions;
    }

    /// <summary>Returns the accounts' recorded parts of a corporate action (administrator's key).</summary>
    /// <param name="id">Id of the action.</param>
    /// <param name="after"><c>Next</c> of the previous page; null for the first page.</param>
    /// <param name="limit">Most parts, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<CorporateParts> GetCorporatePartsAsync(
        string id, string? after = null, int limit = 100, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"admin/corporate-actions/{Uri.EscapeDataString(id)}?limit={limit}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}");
        return _calls.SendAsync<CorporateParts>(Get(path), cancellation);
    }
}
