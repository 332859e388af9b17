using System.Globalization;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Market data subscriptions of a session, and the list of instruments.</summary>
internal sealed class FixMarket(FixServices services, FixHolder holder) : IDisposable
{
    /// <summary>Maximum number of subscriptions of a session, and of symbols in one request.</summary>
    private const int Most = 100;

    private const int LongestId = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FixBook[]> _followed = new(StringComparer.Ordinal);
    private bool _hasEnded;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _hasEnded = true;
            foreach (var book in _followed.Values.SelectMany(static books => books))
                book.Dispose();
            _followed.Clear();
        }
    }

    /// <summary>Answers a SecurityListRequest (x).</summary>
    public async ValueTask ListAsync(FixSession session, FixMessage message)
    {
        var kind = message[FixTag.SecurityListRequestType];
        var symbol = message[FixTag.Symbol];
        if (!message.Has(FixTag.SecurityReqID))
        {
            session.Reject(message, FixTag.SecurityReqID, FixReject.RequiredTagMissing, "It is required.");
        }
        else if (kind is not ("0" or "4") || (kind == "0") != (symbol is not null))
        {
            session.Reject(
                message, FixTag.SecurityListRequestType, FixReject.ValueIncorrect,
                "SecurityListRequestType (559) is 0 with a Symbol (55), 4 without.");
        }
        else
        {
            var listed = await services.Listings.BySymbolAsync();
            var told = listed.Values.Where(instrument => symbol is null || instrument.Symbol == symbol)
                .OrderBy(instrument => instrument.Symbol, StringComparer.Ordinal).ToArray();
            session.Send(
                "y", to => WriteList(to, message[FixTag.SecurityReqID]!, told), route: FixRoute.BackOf(message));
        }
    }

    /// <summary>Handles a MarketDataRequest (V).</summary>
    public async ValueTask FollowAsync(FixSession session, FixMessage message)
    {
        var (wrong, request) = await ReadAsync(message);
        if (wrong is { } refused)
        {
            session.Send("Y", to =>
            {
                to.Add(FixTag.MDReqID, message[FixTag.MDReqID] ?? "NONE");
                to.Add(FixTag.MDReqRejReason, refused.Reason);
                to.Add(FixTag.Text, refused.Text);
            }, route: FixRoute.BackOf(message));
            return;
        }

        lock (_lock)
        {
            if (_hasEnded)
                return;

            if (request!.Kind == '2')
            {
                _followed.Remove(request.Id, out var ended);
                foreach (var book in ended ?? [])
                    book.Dispose();
                return;
            }

            var books = Array.ConvertAll(
                request.Instruments, instrument => new FixBook(services, holder, session, request, instrument));
            if (request.Kind == '1')
                _followed.Add(request.Id, books);
            foreach (var book in books)
                book.Start();
        }
    }

    private async ValueTask<((char Reason, string Text)? Wrong, FixMarketRequest? Request)> ReadAsync(
        FixMessage message)
    {
        if (message[FixTag.MDReqID] is not { Length: <= LongestId } id)
            return (('1', "MDReqID (262), of 64 characters at most, is required."), null);
        if (message[FixTag.SubscriptionRequestType] is not ("0" or "1" or "2"))
            return (('4', "SubscriptionRequestType (263) is 0 (a snapshot), 1 (and what follows) or 2 (no more)."),
                null);

        var kind = message[FixTag.SubscriptionRequestType]![0];
        lock (_lock)
        {
            if (kind == '2')
            {
                return _followed.ContainsKey(id)
                    ? (null, new FixMarketRequest(id, kind, 0, false, false, false, false, []))
                    : (('4', "Nothing is followed under this MDReqID (262)."), null);
            }

            if (_followed.ContainsKey(id))
                return (('1', "This MDReqID (262) is followed already."), null);
            if (kind == '1' && _followed.Count >= Most)
                return (('2', "This session has its maximum of 100 requests."), null);
        }

        if (!int.TryParse(message[FixTag.MarketDepth], NumberStyles.None, CultureInfo.InvariantCulture, out var depth)
            || depth > 1_000)
            return (('5', "MarketDepth (264) is 0 (the whole book) to 1000."), null);

        var updates = message[FixTag.MDUpdateType] ?? "0";
        if (updates is not ("0" or "1") || (updates == "1" && depth != 0))
            return (('6', "MDUpdateType (265) is 0 (full refresh), or with MarketDepth 0 it may be 1 (incremental)."),
                null);

        if (message[FixTag.AggregatedBook] is not (null or "Y"))
            return (('7', "AggregatedBook (266) is Y: levels, not orders."), null);

        var entries = message.Has(FixTag.NoMDEntryTypes)
            ? message.Group(FixTag.NoMDEntryTypes).Select(static entry => entry[FixTag.MDEntryType]).ToArray()
            : [];
        if (entries.Length == 0 || entries.Any(static entry => entry is not ("0" or "1" or "2")))
            return (('8', "MDEntryType (269) is 0 (bids), 1 (offers) or 2 (trades); at least one."), null);

        var symbols = message.Has(FixTag.NoRelatedSym)
            ? message.Group(FixTag.NoRelatedSym).Select(static entry => entry[FixTag.Symbol] ?? "").Distinct().ToArray()
            : [];
        if (symbols.Length is 0 or > Most)
            return (('0', "1 to 100 Symbols (55) are followed."), null);

        var listed = await services.Listings.BySymbolAsync();
        return Array.Find(symbols, symbol => !listed.ContainsKey(symbol)) is { } unknown
            ? (('0', $"No such symbol is listed: {unknown}."), null)
            : (null, new FixMarketRequest(
                id, kind, depth, updates == "1", entries.Contains("0"), entries.Contains("1"), entries.Contains("2"),
                Array.ConvertAll(symbols, symbol => listed[symbol]), FixRoute.BackOf(message)));
    }

    private static void WriteList(FixWriter to, string id, Instrument[] instruments)
    {
        to.Add(FixTag.SecurityReqID, id);
        to.Add(FixTag.SecurityResponseID, id);
        to.Add(FixTag.SecurityRequestResult, instruments.Length == 0 ? 2 : 0);
        to.Add(FixTag.TotNoRelatedSym, instruments.Length);
        to.Add(FixTag.LastFragment, 'Y');
        if (instruments.Length == 0)
            return;

        to.Add(FixTag.NoRelatedSym, instruments.Length);
        foreach (var instrument in instruments)
        {
            to.Add(FixTag.Symbol, instrument.Symbol);
            to.Add(FixTag.Currency, instrument.Quote.Name);
            to.Add(FixTag.RoundLot, instrument.FormatQuantity(1));
            to.Add(FixTag.MinTradeVol, instrument.FormatQuantity(instrument.MinQuantityLots));
            // FIX 4.4 has no field for it.
            to.Add(FixTag.Text, $"tick {instrument.FormatPrice(1)}");
        }
    }
}

/// <summary>A market data request.</summary>
/// <param name="Id">Client's id of the request, MDReqID (262).</param>
/// <param name="Kind">Subscription type: 0 snapshot, 1 snapshot and updates, 2 unsubscribe.</param>
/// <param name="Depth">Levels of each side; 0 for all.</param>
/// <param name="IsIncremental">True for changes instead of whole books.</param>
/// <param name="Bids">True if bids are included.</param>
/// <param name="Asks">True if offers are included.</param>
/// <param name="Trades">True if trades are included.</param>
/// <param name="Instruments">Instruments of the request.</param>
/// <param name="Route">Return route to the party that asks.</param>
internal sealed record FixMarketRequest(
    string Id, char Kind, int Depth, bool IsIncremental, bool Bids, bool Asks, bool Trades, Instrument[] Instruments,
    FixRoute Route = default);
