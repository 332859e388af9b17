using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>Kind of export.</summary>
public enum ExportKind
{
    /// <summary>All records, unchanged.</summary>
    Records = 1,

    /// <summary>Trades, both sides on one line.</summary>
    Trades = 2,

    /// <summary>Lines of the double entries of trades, deposits, withdrawals and transfers.</summary>
    Postings = 3,
}

/// <summary>Exports a journal as lines for other programs, each stream in its own sequence.</summary>
public static class Export
{
    /// <summary>
    /// Writes the lines. Returns the issues: unreadable records, at which the lines of their stream end.
    /// </summary>
    /// <param name="place">The journal.</param>
    /// <param name="kind">Kind of export.</param>
    /// <param name="csv">True for comma-separated values with a header; false for a JSON object per line. Records are
    /// JSON only.</param>
    /// <param name="stream">Stream to export; null for all.</param>
    /// <param name="to">Destination.</param>
    /// <param name="cancellationToken">Token that stops the call.</param>
    /// <exception cref="JournalSetupException">There is no journal, or no such stream in it.</exception>
    public static async Task<IReadOnlyList<Finding>> WriteAsync(
        JournalPlace place, ExportKind kind, bool csv, string? stream, TextWriter to,
        CancellationToken cancellationToken)
    {
        if (csv && kind == ExportKind.Records)
        {
            throw new ArgumentException(
                "Records of different kinds have different fields: they are JSON only.", nameof(csv));
        }

        var findings = new FindingList();
        using var image = JournalImage.Open(place.Text, place.JournalSchema);
        var lines = new ExportLines(to, csv);
        var lanes = image.Streams()
            .Where(row => stream is null || row.Name == stream)
            .Select(row => (Lane)new ExportLane(row, kind, lines, findings)).ToArray();
        if (stream is not null && lanes.Length == 0)
        {
            throw new JournalSetupException($"{place.Title} has no stream {stream}.");
        }

        lines.Begin(kind);
        await new JournalWalk(lanes, findings) { Workers = 1 }.RunAsync(image, cancellationToken);
        await to.FlushAsync(cancellationToken);
        return findings.All();
    }
}

/// <summary>Exports the lines of one stream.</summary>
internal sealed class ExportLane(StreamRow stream, ExportKind kind, ExportLines lines, FindingList findings)
    : Lane(stream, 1, findings)
{
    private Instrument? _instrument;

    protected override void Take(in JournalRecord record)
    {
        try
        {
            var body = record.Body.Span;
            if (Stream.Name.StartsWith(BookLane.Prefix, StringComparison.Ordinal))
            {
                Write(record, BookRecordEncoding.Decode(body));
            }
            else if (AccountLane.AccountOf(Stream) is not 0 and var account)
            {
                Write(record, account, AccountRecordEncoding.Decode(body));
            }
            else if (PayoutLane.Is(Stream))
            {
                Write(record, PayoutRecordEncoding.Decode(body));
            }
            else if (SettlementLane.Is(Stream))
            {
                Write(record, SettlementRecordEncoding.Decode(body));
            }
            else if (kind == ExportKind.Records && Stream.Name == PlainLane.Catalog)
            {
                lines.Record(Stream.Name, record, CatalogRecordEncoding.Decode(body));
            }
            else if (kind == ExportKind.Records && Stream.Name == OperatorLogEncoding.Stream)
            {
                lines.Record(Stream.Name, record, OperatorLogEncoding.Decode(record.Sequence, body));
            }
        }
        catch (InvalidDataException unreadable)
        {
            Stop(
                FindingKind.RecordUnreadable, record.Sequence, unreadable.Message,
                "The export of this stream ends here.");
        }
    }

    private void Write(in JournalRecord at, BookRecord record)
    {
        if (kind == ExportKind.Records)
        {
            lines.Record(Stream.Name, at, record);
        }
        else if (record is InstrumentDefined defined)
        {
            _instrument = defined.Definition.Decode();
        }
        else
        {
            var index = 0;
            foreach (var trade in record.Trades())
            {
                var money = BookTrades.Of(in trade);
                if (kind == ExportKind.Trades)
                {
                    lines.Trade(Instrument, at.Sequence, index++, record.TimeNanos, in trade, in money);
                }
                else
                {
                    Write(at, record.TimeNanos, index++, in money);
                }
            }

            foreach (var change in kind == ExportKind.Postings && record is BookTurn turn
                ? turn.Steps.Where(static step => step is TradeReversed or TradeRestated).Cast<TradeStep>()
                : [])
            {
                Write(at, record.TimeNanos, index++, BookTrades.Of(change));
            }
        }
    }

    private void Write(in JournalRecord at, long account, AccountRecord record)
    {
        if (kind == ExportKind.Records)
        {
            lines.Record(Stream.Name, at, record);
        }
        else if (kind == ExportKind.Postings)
        {
            var index = 0;
            foreach (var entry in AccountEntries.All(new AccountId(account), at.Sequence, record))
            {
                Write(at, index++, entry);
            }
        }
    }

    private void Write(in JournalRecord at, PayoutRecord record)
    {
        if (kind == ExportKind.Records)
        {
            lines.Record(Stream.Name, at, record);
        }
        else if (kind == ExportKind.Postings)
        {
            var index = 0;
            foreach (var entry in AccountEntries.Of(Stream.Name[PayoutRecord.StreamPrefix.Length..], record))
            {
                Write(at, index++, entry);
            }
        }
    }

    private void Write(in JournalRecord at, int index, AccountEntry entry)
    {
        foreach (var posting in entry.Lines)
        {
            lines.Posting(Stream.Name, at.Sequence, index, posting, entry.Asset.Decimals, entry.TimeNanos);
        }
    }

    private void Write(in JournalRecord at, SettlementRecord record)
    {
        if (kind == ExportKind.Records)
        {
            lines.Record(Stream.Name, at, record);
        }
        else if (kind == ExportKind.Postings)
        {
            var index = 0;
            foreach (var entry in AccountEntries.Of(Stream.Name[SettlementRecord.StreamPrefix.Length..], record))
            {
                Write(at, index++, entry);
            }
        }
    }

    private Instrument Instrument =>
        _instrument ?? throw new InvalidDataException("a trade before the instrument's definition");

    private void Write(in JournalRecord at, long timeNanos, int index, in TradeMoney money)
    {
        foreach (var posting in TradePostings.Of(Instrument, in money))
        {
            var asset = posting.Asset == Instrument.Base.Name ? Instrument.Base : Instrument.Quote;
            lines.Posting(Stream.Name, at.Sequence, index, posting, asset.Decimals, timeNanos);
        }
    }
}

/// <summary>Writes lines, from one thread.</summary>
internal sealed class ExportLines(TextWriter to, bool csv)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OmitComputed } },
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new InstrumentText(), new ConditionsText(),
            new TypeText<BookCommand>(), new TypeText<LegAct>(), new TypeText<TurnStep>(),
        },
    };

    private static readonly string[] s_trade =
    [
        "symbol", "sequence", "index", "timeNanos", "price", "quantity", "takerSide", "takerOrder", "makerOrder",
        "buyer", "seller", "buyerFee", "sellerFee",
    ];

    private static readonly string[] s_posting =
        ["stream", "sequence", "index", "leg", "account", "asset", "amount", "timeNanos", "kind"];

    /// <summary>Writes the header once, also for an empty export.</summary>
    public void Begin(ExportKind kind)
    {
        if (csv)
            to.WriteLine(string.Join(',', kind == ExportKind.Trades ? s_trade : s_posting));
    }

    public void Record(string stream, in JournalRecord at, object record) => to.WriteLine(JsonSerializer.Serialize(
        new { stream, at.Sequence, at.Epoch, kind = record.GetType().Name, record }, s_json));

    public void Trade(
        Instrument instrument, long sequence, int index, long timeNanos, in MatchedTrade trade, in TradeMoney sides) =>
            Write(
            s_trade,
            instrument.Symbol,
            sequence,
            index,
            Text(timeNanos),
            instrument.FormatPrice(trade.PriceTicks),
            instrument.FormatQuantity(trade.QuantityLots),
            trade.IsAuction ? "none" : trade.TakerSide == Side.Buy ? "buy" : "sell",
            trade.Taker.OrderId,
            trade.Maker.OrderId,
            sides.Buyer.Value,
            sides.Seller.Value,
            DecimalText.Format(sides.BuyerFee, instrument.Quote.Decimals),
            DecimalText.Format(sides.SellerFee, instrument.Quote.Decimals));

    public void Posting(string stream, long sequence, int index, in Posting posting, int decimals, long timeNanos) =>
        Write(
        s_posting,
        stream,
        sequence,
        index,
        posting.Leg,
        posting.Account.Value,
        posting.Asset,
        DecimalText.Format(posting.Amount, decimals),
        Text(timeNanos),
        posting.IsPending ? "P" : "S");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Names of streams, symbols and assets hold neither commas nor quotes.
    private void Write(string[] names, params object[] values) => to.WriteLine(csv
        ? string.Join(',', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)))
        : JsonSerializer.Serialize(
            names.Zip(values).ToDictionary(field => field.First, field => field.Second), s_json));

    /// <summary>Leaves out members of records that are computed from the others.</summary>
    private static void OmitComputed(JsonTypeInfo type)
    {
        var isRecord = type.Type.Namespace?.StartsWith(nameof(QuantumCore), StringComparison.Ordinal) == true;
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (isRecord && type.Properties[i].Set is null)
            {
                type.Properties.RemoveAt(i);
            }
        }
    }

    private sealed class InstrumentText : JsonConverter<EncodedInstrument>
    {
        public override EncodedInstrument Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, EncodedInstrument value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Decode(), options);
    }

    private sealed class ConditionsText : JsonConverter<EncodedConditions>
    {
        public override EncodedConditions Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, EncodedConditions value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Decode(), options);
    }

    /// <summary>Writes a value of one of several types with the name of its type and its members.</summary>
    private sealed class TypeText<T> : JsonConverter<T>
        where T : class
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            var members = JsonSerializer.SerializeToNode(value, value.GetType(), options)!.AsObject();
            members.Insert(0, "type", JsonNamingPolicy.CamelCase.ConvertName(value.GetType().Name));
            members.WriteTo(writer, options);
        }
    }
}
