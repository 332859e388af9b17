using QuantumCore.Contracts.Encodings;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Encodes catalog records as bytes. Kinds never change.</summary>
public static class CatalogRecordEncoding
{
    private const byte Version = 1;

    internal enum Kind : byte
    {
        Listed = 40,
        Key = 41,
        Owner = 42,
        SigningKey = 43,
        User = 44,
        Session = 45,
        SessionsEnded = 46,
        Limits = 47,
        BoundKey = 48,
        Fees = 49,
        MarginTerms = 50,
        MarginPolicy = 51,
        Locate = 52,
        Insured = 53,
        CodeUsed = 54,
        OwnerLimits = 63,
        Pin = 64,
        MarginGroup = 65,
        SharedInsured = 66,
        DeficitShared = 67,
        DeficitEnded = 68,
        SignalStrategy = 70,
        SignalFailed = 71,
        SignalsPaused = 72,
        SignalDropped = 73,
        SymbolChangeAnnounced = 74,
        Breaker = 75,
        Holidays = 80,
        ActionAnnounced = 84,
        ActionClosed = 85,
        ActionEnded = 86,
        ActionBegun = 87,
        SplitAnnounced = 88,
        OwnerBlock = 97,
    }

    /// <summary>Encodes a record.</summary>
    public static byte[] Encode(CatalogRecord record) => record switch
    {
        InstrumentListed listed => Encode(listed),
        KeyAdded added => IdentityEncoding.Encode(added),
        OwnerSet set => IdentityEncoding.Encode(set),
        UserSet set => IdentityEncoding.Encode(set),
        SessionBegun begun => IdentityEncoding.Encode(begun),
        CodeUsed used => IdentityEncoding.Encode(used),
        SessionsEnded ended => IdentityEncoding.Encode(ended),
        EveryonesLimitsSet limits => Encode(limits),
        FeesScheduled fees => Encode(fees),
        MarginTermsSet terms => MarginRulesEncoding.Encode(terms),
        MarginPolicySet policy => MarginRulesEncoding.Encode(policy),
        LocateSet locate => MarginRulesEncoding.Encode(locate),
        MarginGroupSet group => MarginRulesEncoding.Encode(group),
        LiquidationInsured insured => DeficitEncoding.Encode(insured),
        DeficitShared shared => DeficitEncoding.Encode(shared),
        DeficitEnded ended => DeficitEncoding.Encode(ended),
        SignalStrategySet set => SignalEncoding.Encode(set),
        SignalFailed failed => SignalEncoding.Encode(failed),
        SignalsPaused paused => SignalEncoding.Encode(paused),
        DeadSignalDropped dropped => SignalEncoding.Encode(dropped),
        HolidaysSet holidays => Encode(holidays),
        OwnerLimitsSet owner => OwnerEncoding.Encode(owner),
        CorporateActionAnnounced announced => CorporateActionEncoding.Encode(announced),
        CorporateActionClosed closed => CorporateActionEncoding.Encode(closed),
        CorporateActionEnded ended => CorporateActionEncoding.Encode(Kind.ActionEnded, ended, ended.Id),
        CorporateActionBegun begun => CorporateActionEncoding.Encode(Kind.ActionBegun, begun, begun.Id),
        BookPinned pinned => Encode(pinned),
        MarketStopped stopped => Encode(stopped),
        OwnerBlocked blocked => OwnerEncoding.Encode(blocked),
        _ => throw new ArgumentException($"Unknown record {record.GetType().Name}.", nameof(record)),
    };

    /// <summary>Decodes a record.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of a version this build reads.</exception>
    public static CatalogRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        CatalogRecord record = (Kind)from.Kind switch
        {
            Kind.Listed => new InstrumentListed(from.TimeNanos, new EncodedInstrument([.. from.Bytes()])),
            Kind.Key => new KeyAdded(
                from.TimeNanos, new ApiKey(from.Text(), from.Count(), from.Bool(), from.Bool(), from.Text())),
            Kind.Owner => new OwnerSet(from.TimeNanos, new OwnedAccount(from.Count(), from.Text())),
            Kind.SigningKey => new KeyAdded(from.TimeNanos, IdentityEncoding.ReadKey(ref from)),
            Kind.BoundKey => new KeyAdded(
                from.TimeNanos, IdentityEncoding.ReadKey(ref from) with { Addresses = from.Text() }),
            Kind.User => IdentityEncoding.ReadUser(ref from),
            Kind.Session => IdentityEncoding.ReadSession(ref from),
            Kind.CodeUsed => new CodeUsed(from.TimeNanos, from.Text(), from.Count()),
            Kind.SessionsEnded => new SessionsEnded(from.TimeNanos, from.Text(), from.Text(), from.Text()),
            Kind.Limits => new EveryonesLimitsSet(from.TimeNanos, AccountRecordEncoding.ReadLimits(ref from)),
            Kind.Fees => new FeesScheduled(from.TimeNanos, ReadFees(ref from)),
            Kind.MarginTerms => new MarginTermsSet(from.TimeNanos, new(
                from.Text(), new EncodedMarginTerms([.. from.Bytes()]), from.Text(), from.Text())),
            Kind.MarginPolicy => new MarginPolicySet(from.TimeNanos, new(
                from.Text(), new EncodedMarginPolicy([.. from.Bytes()]), from.Text(), from.Text())),
            Kind.MarginGroup =>
                new MarginGroupSet(from.TimeNanos, new(from.Text(), from.Count32(), from.Text(), from.Text())),
            Kind.Locate => new LocateSet(from.TimeNanos, new(
                from.Text(), from.Count(), from.Count(), from.Text(), from.Text())),
            Kind.Insured => DeficitEncoding.ReadInsured(ref from),
            Kind.SharedInsured => DeficitEncoding.ReadInsured(ref from) with { Shared = from.Count() },
            Kind.DeficitShared => DeficitEncoding.ReadDeficitShared(ref from),
            Kind.DeficitEnded => new DeficitEnded(from.TimeNanos, from.Count(), from.Count()),
            Kind.SignalStrategy => SignalEncoding.ReadSignalStrategy(ref from),
            Kind.SignalFailed => new SignalFailed(new DeadSignal(
                0, from.Text(), from.Text(), from.TimeNanos, (RejectReason)from.Count16(), from.Text(), from.Text())),
            Kind.SignalsPaused => new SignalsPaused(from.TimeNanos, from.Text(), from.Fixed64(), from.Text()),
            Kind.SignalDropped => new DeadSignalDropped(from.TimeNanos, from.Count(), from.Text()),
            Kind.Holidays => ReadHolidays(ref from),
            Kind.OwnerLimits => OwnerEncoding.ReadOwnerLimits(ref from),
            Kind.ActionAnnounced => CorporateActionEncoding.ReadAnnounced(ref from),
            Kind.SplitAnnounced => CorporateActionEncoding.ReadSplit(ref from),
            Kind.SymbolChangeAnnounced => CorporateActionEncoding.ReadSymbolChange(ref from),
            Kind.ActionClosed => new CorporateActionClosed(
                from.TimeNanos, from.Text(), CorporateActionEncoding.ReadSums(ref from)),
            Kind.ActionEnded => new CorporateActionEnded(from.TimeNanos, from.Text()),
            Kind.ActionBegun => new CorporateActionBegun(from.TimeNanos, from.Text()),
            Kind.Pin => ReadPin(ref from),
            Kind.Breaker => ReadBreaker(ref from),
            Kind.OwnerBlock => OwnerEncoding.ReadOwnerBlocked(ref from),
            _ => throw from.UnknownKind("catalog"),
        };
        from.End();
        return record;
    }

    /// <summary>Begins a record.</summary>
    internal static RecordWriter Start(Kind kind, CatalogRecord record) => new(Version, (byte)kind, record.TimeNanos);

    private static byte[] Encode(InstrumentListed record)
    {
        var to = Start(Kind.Listed, record);
        to.Bytes(record.Definition.Bytes.AsSpan());
        return to.ToArray();
    }

    private static byte[] Encode(EveryonesLimitsSet record)
    {
        var to = Start(Kind.Limits, record);
        AccountRecordEncoding.Write(ref to, record.Limits);
        return to.ToArray();
    }

    private static byte[] Encode(FeesScheduled record)
    {
        var to = Start(Kind.Fees, record);
        var (schedule, by, why) = record.Fees;
        to.Text(schedule.Asset);
        to.Count(schedule.Minimum);
        to.Count(schedule.Tiers.Length);
        foreach (var tier in schedule.Tiers)
        {
            to.Count(tier.FromVolume);
            to.Signed(tier.MakerPpm);
            to.Signed(tier.TakerPpm);
        }

        to.Text(by);
        to.Text(why);
        return to.ToArray();
    }

    private static FeesRequest ReadFees(ref RecordReader from)
    {
        var (asset, minimum) = (from.Text(), from.Count());
        var tiers = from.Items(static (ref from) => new FeeTier(from.Count(), from.Signed32(), from.Signed32()));
        return new FeesRequest(new FeeSchedule(asset, tiers, minimum), from.Text(), from.Text());
    }

    private static byte[] Encode(MarketStopped record)
    {
        var to = Start(Kind.Breaker, record);
        to.Count(record.Use.Day);
        to.Byte((byte)record.Use.Level);
        to.Text(record.Use.By);
        return to.ToArray();
    }

    private static MarketStopped ReadBreaker(ref RecordReader from) =>
        new(from.TimeNanos, new BreakerUse(from.Count(), from.Byte(), from.Text()));

    private static byte[] Encode(BookPinned record)
    {
        var to = Start(Kind.Pin, record);
        to.Text(record.Request.Symbol);
        to.Text(record.Request.Silo);
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static BookPinned ReadPin(ref RecordReader from) =>
        new(from.TimeNanos, new BookPinRequest(from.Text(), from.Text(), from.Text(), from.Text()));

    private static byte[] Encode(HolidaysSet record)
    {
        var to = Start(Kind.Holidays, record);
        to.Count(record.FromDay);
        to.Text(record.Request.Venue);
        to.Items(record.Request.Holidays, static (ref to, day) => to.Count(day));

        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static HolidaysSet ReadHolidays(ref RecordReader from)
    {
        var (fromDay, venue) = (from.Count(), from.Text());
        var days = from.Items(static (ref from) => from.Count());
        return new HolidaysSet(
            from.TimeNanos, fromDay, new HolidaysRequest(venue, days, from.Text(), from.Text()));
    }
}
