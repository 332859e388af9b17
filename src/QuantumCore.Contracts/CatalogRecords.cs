using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A record of the catalog's stream.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
public abstract record CatalogRecord(long TimeNanos);

/// <summary>An instrument was listed, or its definition changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Definition">The instrument.</param>
public sealed record InstrumentListed(long TimeNanos, EncodedInstrument Definition) : CatalogRecord(TimeNanos);

/// <summary>An API key was added, or its rights changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">The key's hash and rights.</param>
public sealed record KeyAdded(long TimeNanos, ApiKey Key) : CatalogRecord(TimeNanos);

/// <summary>An account was given to an owner.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account and its owner.</param>
public sealed record OwnerSet(long TimeNanos, OwnedAccount Account) : CatalogRecord(TimeNanos);

/// <summary>A user was added or changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Event">The event.</param>
/// <param name="By">The person who made the change.</param>
/// <param name="User">The user after the change.</param>
/// <param name="KeptSession">With a new password: the only session that does not end; else empty.</param>
public sealed record UserSet(long TimeNanos, UserEvent Event, string By, User User, string KeptSession)
    : CatalogRecord(TimeNanos);

/// <summary>A user signed in.</summary>
/// <param name="Session">The session; it begins at the record's time.</param>
/// <param name="CodeStep">Number of the authenticator code used; 0 if none.</param>
public sealed record SessionBegun(UserSession Session, long CodeStep) : CatalogRecord(Session.BegunNanos);

/// <summary>A user proved a change with an authenticator code, which cannot be used again.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="User">The user's name.</param>
/// <param name="CodeStep">Number of the code's half minute.</param>
public sealed record CodeUsed(long TimeNanos, string User, long CodeStep) : CatalogRecord(TimeNanos);

/// <summary>A session of a user, or all of them, ended early.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="User">The user's name.</param>
/// <param name="Id">Id of the session; empty for all.</param>
/// <param name="By">The person who ended them.</param>
public sealed record SessionsEnded(long TimeNanos, string User, string Id, string By) : CatalogRecord(TimeNanos);

/// <summary>The risk limits that every account has in a symbol were replaced.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Limits">The symbol and its limits, with author and reason.</param>
public sealed record EveryonesLimitsSet(long TimeNanos, LimitsRequest Limits) : CatalogRecord(TimeNanos);

/// <summary>The fees of all instruments quoted in an asset were set. Orders accepted from here on pay them.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Fees">The schedule, with author and reason.</param>
public sealed record FeesScheduled(long TimeNanos, FeesRequest Fees) : CatalogRecord(TimeNanos);

/// <summary>The margin terms of an instrument were set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The terms, with author and reason.</param>
public sealed record MarginTermsSet(long TimeNanos, MarginTermsRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The margin policy of a currency was set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The policy, with author and reason.</param>
public sealed record MarginPolicySet(long TimeNanos, MarginPolicyRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The credit for offsetting positions of a margin group was set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The credit, with author and reason.</param>
public sealed record MarginGroupSet(long TimeNanos, MarginGroupRequest Request) : CatalogRecord(TimeNanos);

/// <summary>A locate was set for an account.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The number of lots, with author and reason.</param>
public sealed record LocateSet(long TimeNanos, LocateRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The insurance fund settled a liquidation step: it received the fee, and the deficit was paid.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Claim">The liquidation step.</param>
/// <param name="FromFund">Part of the deficit paid by the fund, minor units.</param>
/// <param name="FromHouse">Part of the deficit paid by the house, minor units.</param>
/// <param name="Shared">Part of the house's payment that is shared out among other accounts, minor units.</param>
public sealed record LiquidationInsured(
    long TimeNanos, LiquidationClaim Claim, long FromFund, long FromHouse, long Shared = 0) : CatalogRecord(TimeNanos);

/// <summary>The shares of a deficit were decided.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account with the deficit.</param>
/// <param name="Sequence">That account's sequence of the deficit.</param>
/// <param name="Shares">Shares by account; empty if nobody gained on what the account lost on.</param>
public sealed record DeficitShared(
    long TimeNanos, long Account, long Sequence, ImmutableArray<DeficitShare> Shares) : CatalogRecord(TimeNanos);

/// <summary>All shares of a deficit are on record in the accounts that pay them.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account with the deficit.</param>
/// <param name="Sequence">That account's sequence of the deficit.</param>
public sealed record DeficitEnded(long TimeNanos, long Account, long Sequence) : CatalogRecord(TimeNanos);

/// <summary>A webhook strategy was created or changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Strategy">The strategy after the change.</param>
/// <param name="By">The person who changed it.</param>
public sealed record SignalStrategySet(long TimeNanos, SignalStrategy Strategy, string By) : CatalogRecord(TimeNanos);

/// <summary>A signal did not do everything it asked for.</summary>
/// <param name="Signal">The signal; the record's sequence is its id.</param>
public sealed record SignalFailed(DeadSignal Signal) : CatalogRecord(Signal.TimeNanos);

/// <summary>A webhook strategy was paused, or its pause was ended.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Strategy">The strategy.</param>
/// <param name="UntilNanos">End of the pause, Unix nanoseconds; 0 if the pause was ended.</param>
/// <param name="By">The person who ended it; empty for a pause.</param>
public sealed record SignalsPaused(long TimeNanos, string Strategy, long UntilNanos, string By)
    : CatalogRecord(TimeNanos);

/// <summary>A dead signal was removed from the list.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">Id of the dead signal.</param>
/// <param name="By">The person who removed it; empty if the signal succeeded after all.</param>
public sealed record DeadSignalDropped(long TimeNanos, long Id, string By) : CatalogRecord(TimeNanos);

/// <summary>Holidays of a settlement venue were set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="FromDay">UTC day since 1970 from which the request lists all holidays; earlier ones stay.</param>
/// <param name="Request">The holidays, with author and reason.</param>
public sealed record HolidaysSet(long TimeNanos, long FromDay, HolidaysRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The limits of an owner over its accounts were set, with the accounts' shares.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The request, with the shares in force.</param>
public sealed record OwnerLimitsSet(long TimeNanos, OwnerLimitsRequest Request) : CatalogRecord(TimeNanos);

/// <summary>A corporate action was announced.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The request, with author and reason.</param>
/// <param name="CutNanos">Moment of the cut, Unix nanoseconds: holdings before it entitle.</param>
public sealed record CorporateActionAnnounced(long TimeNanos, CorporateActionRequest Request, long CutNanos)
    : CatalogRecord(TimeNanos);

/// <summary>
/// The cut of a corporate action has passed. For a dividend, the open orders of its books are adjusted or ended.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">The action's id.</param>
public sealed record CorporateActionBegun(long TimeNanos, string Id) : CatalogRecord(TimeNanos);

/// <summary>Each account has its part of a corporate action on record.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">The action's id.</param>
/// <param name="Sums">Sums of the parts.</param>
public sealed record CorporateActionClosed(long TimeNanos, string Id, CorporateSums Sums) : CatalogRecord(TimeNanos);

/// <summary>A corporate action is paid in full.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">The action's id.</param>
public sealed record CorporateActionEnded(long TimeNanos, string Id) : CatalogRecord(TimeNanos);

/// <summary>A book was pinned to a silo, or unpinned if the silo is empty.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The request.</param>
public sealed record BookPinned(long TimeNanos, BookPinRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The market-wide circuit breaker stopped trading.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Use">The use of the breaker.</param>
public sealed record MarketStopped(long TimeNanos, BreakerUse Use) : CatalogRecord(TimeNanos);

/// <summary>An owner was blocked or unblocked.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Block">The request.</param>
public sealed record OwnerBlocked(long TimeNanos, OwnerBlock Block) : CatalogRecord(TimeNanos);

/// <summary>
/// Encodes catalog records as bytes. Kinds never change:
/// listed 40, key 41, owner 42, key with rights and signatures 43, user 44, session begun 45, sessions ended 46, limits
/// of every account 47, key with addresses 48, fees 49, margin terms 50, margin policy 51, locate 52, liquidation
/// insured 53, code used 54, limits of an owner 63, pinned book 64, credit of a margin group 65, liquidation insured
/// with a shared deficit 66, deficit shared 67, deficit ended 68, webhook strategy 70, failed signal 71, pause of
/// signals 72, dropped signal 73, symbol change announced 74, market stopped 75, holidays 80,
/// corporate action announced 84, closed 85, ended 86, begun 87, split announced 88, owner blocked 97.
/// </summary>
public static partial class CatalogRecordEncoding
{
    private const byte Version = 1;
    private const byte ListedKind = 40;
    private const byte KeyKind = 41;
    private const byte OwnerKind = 42;
    private const byte SigningKeyKind = 43;
    private const byte UserKind = 44;
    private const byte SessionKind = 45;
    private const byte SessionsEndedKind = 46;
    private const byte LimitsKind = 47;
    private const byte BoundKeyKind = 48;
    private const byte FeesKind = 49;
    private const byte MarginTermsKind = 50;
    private const byte MarginPolicyKind = 51;
    private const byte LocateKind = 52;
    private const byte InsuredKind = 53;
    private const byte CodeUsedKind = 54;
    private const byte SignalStrategyKind = 70;
    private const byte SignalFailedKind = 71;
    private const byte SignalsPausedKind = 72;
    private const byte SignalDroppedKind = 73;
    private const byte HolidaysKind = 80;
    private const byte OwnerLimitsKind = 63;
    private const byte ActionAnnouncedKind = 84;
    private const byte ActionClosedKind = 85;
    private const byte ActionEndedKind = 86;
    private const byte ActionBegunKind = 87;
    private const byte SplitAnnouncedKind = 88;
    private const byte SymbolChangeAnnouncedKind = 74;
    private const byte PinKind = 64;
    private const byte BreakerKind = 75;
    private const byte OwnerBlockKind = 97;
    private const byte MarginGroupKind = 65;
    private const byte SharedInsuredKind = 66;
    private const byte DeficitSharedKind = 67;
    private const byte DeficitEndedKind = 68;

    /// <summary>Encodes a record.</summary>
    public static byte[] Encode(CatalogRecord record) => record switch
    {
        InstrumentListed listed => Encode(listed),
        KeyAdded added => Encode(added),
        OwnerSet set => Encode(set),
        UserSet set => Encode(set),
        SessionBegun begun => Encode(begun),
        CodeUsed used => Encode(used),
        SessionsEnded ended => Encode(ended),
        EveryonesLimitsSet limits => Encode(limits),
        FeesScheduled fees => Encode(fees),
        MarginTermsSet terms => Encode(terms),
        MarginPolicySet policy => Encode(policy),
        LocateSet locate => Encode(locate),
        MarginGroupSet group => Encode(group),
        LiquidationInsured insured => Encode(insured),
        DeficitShared shared => Encode(shared),
        DeficitEnded ended => Encode(ended),
        SignalStrategySet set => Encode(set),
        SignalFailed failed => Encode(failed),
        SignalsPaused paused => Encode(paused),
        DeadSignalDropped dropped => Encode(dropped),
        HolidaysSet holidays => Encode(holidays),
        OwnerLimitsSet owner => Encode(owner),
        CorporateActionAnnounced announced => Encode(announced),
        CorporateActionClosed closed => Encode(closed),
        CorporateActionEnded ended => Encode(ActionEndedKind, ended, ended.Id),
        CorporateActionBegun begun => Encode(ActionBegunKind, begun, begun.Id),
        BookPinned pinned => Encode(pinned),
        MarketStopped stopped => Encode(stopped),
        OwnerBlocked blocked => Encode(blocked),
        _ => throw new ArgumentException($"Unknown record {record.GetType().Name}.", nameof(record)),
    };

    private static byte[] Encode(InstrumentListed record)
    {
        var to = new RecordWriter(Version, ListedKind, record.TimeNanos);
        to.Bytes(record.Definition.Bytes.AsSpan());
        return to.ToArray();
    }

    private static byte[] Encode(KeyAdded record)
    {
        // A key without later features keeps its original encoding.
        var key = record.Key;
        var kind = key.Addresses.Length > 0 ? BoundKeyKind
            : key.Signing is null && key.Rights == KeyRights.All ? KeyKind
            : SigningKeyKind;
        var to = new RecordWriter(Version, kind, record.TimeNanos);
        to.Text(key.Hash);
        to.Count(key.Account);
        to.Bool(key.IsAdmin);
        to.Bool(key.IsDemo);
        to.Text(key.Label);
        if (kind != KeyKind)
        {
            to.Count((long)key.Rights);
            to.Count((long)(key.Signing?.Scheme ?? 0));
            to.Text(key.Signing?.Material ?? "");
        }

        if (kind == BoundKeyKind)
            to.Text(key.Addresses);
        return to.ToArray();
    }

    private static byte[] Encode(SignalStrategySet record)
    {
        var strategy = record.Strategy;
        var to = new RecordWriter(Version, SignalStrategyKind, record.TimeNanos);
        to.Text(record.By);
        to.Text(strategy.Name);
        to.Count(strategy.Owner);
        to.Text(strategy.Secret);
        to.Bool(strategy.TakesPassphrase);
        to.Count(strategy.Targets.Length);
        foreach (var target in strategy.Targets)
        {
            to.Count(target.Account);
            to.Count(target.Percent);
        }

        to.Items(strategy.Symbols, static (ref to, symbol) => to.Text(symbol));

        to.Byte((byte)strategy.Policy);
        to.Count(strategy.MostInWindow);
        to.Count(strategy.WindowSeconds);
        to.Count(strategy.MostFailures);
        to.Count(strategy.PauseSeconds);
        to.Count(strategy.MaxAgeSeconds);
        to.Bool(strategy.IsClosed);
        return to.ToArray();
    }

    private static byte[] Encode(SignalFailed record)
    {
        var to = new RecordWriter(Version, SignalFailedKind, record.TimeNanos);
        to.Text(record.Signal.Strategy);
        to.Text(record.Signal.Key);
        to.Count((int)record.Signal.Reason);
        to.Text(record.Signal.Detail);
        to.Text(record.Signal.Body);
        return to.ToArray();
    }

    private static byte[] Encode(SignalsPaused record)
    {
        var to = new RecordWriter(Version, SignalsPausedKind, record.TimeNanos);
        to.Text(record.Strategy);
        to.Fixed64(record.UntilNanos);
        to.Text(record.By);
        return to.ToArray();
    }

    private static byte[] Encode(DeadSignalDropped record)
    {
        var to = new RecordWriter(Version, SignalDroppedKind, record.TimeNanos);
        to.Count(record.Id);
        to.Text(record.By);
        return to.ToArray();
    }

    private static byte[] Encode(OwnerSet record)
    {
        var to = new RecordWriter(Version, OwnerKind, record.TimeNanos);
        to.Count(record.Account.Account);
        to.Text(record.Account.Owner);
        return to.ToArray();
    }

    private static byte[] Encode(UserSet record)
    {
        var to = new RecordWriter(Version, UserKind, record.TimeNanos);
        to.Byte((byte)record.Event);
        to.Text(record.By);
        to.Text(record.User.Name);
        to.Count(record.User.Account);
        to.Byte((byte)record.User.Role);
        to.Text(record.User.PasswordHash);
        to.Text(record.User.Authenticator);
        to.Bool(record.User.IsDemo);
        to.Bool(record.User.IsClosed);
        to.Text(record.KeptSession);
        return to.ToArray();
    }

    private static byte[] Encode(SessionBegun record)
    {
        var to = new RecordWriter(Version, SessionKind, record.TimeNanos);
        to.Text(record.Session.Id);
        to.Text(record.Session.User);
        to.Fixed64(record.Session.EndsNanos);
        to.Text(record.Session.Address);
        to.Text(record.Session.Client);
        to.Count(record.CodeStep);
        return to.ToArray();
    }

    private static byte[] Encode(CodeUsed record)
    {
        var to = new RecordWriter(Version, CodeUsedKind, record.TimeNanos);
        to.Text(record.User);
        to.Count(record.CodeStep);
        return to.ToArray();
    }

    private static byte[] Encode(SessionsEnded record)
    {
        var to = new RecordWriter(Version, SessionsEndedKind, record.TimeNanos);
        to.Text(record.User);
        to.Text(record.Id);
        to.Text(record.By);
        return to.ToArray();
    }

    private static byte[] Encode(EveryonesLimitsSet record)
    {
        var to = new RecordWriter(Version, LimitsKind, record.TimeNanos);
        AccountRecordEncoding.Write(ref to, record.Limits);
        return to.ToArray();
    }

    private static byte[] Encode(FeesScheduled record)
    {
        var to = new RecordWriter(Version, FeesKind, record.TimeNanos);
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

    /// <summary>Decodes a record.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of a version this build reads.</exception>
    public static CatalogRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        CatalogRecord record = from.Kind switch
        {
            ListedKind => new InstrumentListed(from.TimeNanos, new EncodedInstrument([.. from.Bytes()])),
            KeyKind => new KeyAdded(
                from.TimeNanos, new ApiKey(from.Text(), from.Count(), from.Bool(), from.Bool(), from.Text())),
            OwnerKind => new OwnerSet(from.TimeNanos, new OwnedAccount(from.Count(), from.Text())),
            SigningKeyKind => new KeyAdded(from.TimeNanos, ReadKey(ref from)),
            BoundKeyKind => new KeyAdded(from.TimeNanos, ReadKey(ref from) with { Addresses = from.Text() }),
            UserKind => ReadUser(ref from),
            SessionKind => ReadSession(ref from),
            CodeUsedKind => new CodeUsed(from.TimeNanos, from.Text(), from.Count()),
            SessionsEndedKind => new SessionsEnded(from.TimeNanos, from.Text(), from.Text(), from.Text()),
            LimitsKind => new EveryonesLimitsSet(from.TimeNanos, AccountRecordEncoding.ReadLimits(ref from)),
            FeesKind => new FeesScheduled(from.TimeNanos, ReadFees(ref from)),
            MarginTermsKind => new MarginTermsSet(from.TimeNanos, new(
                from.Text(), new EncodedMarginTerms([.. from.Bytes()]), from.Text(), from.Text())),
            MarginPolicyKind => new MarginPolicySet(from.TimeNanos, new(
                from.Text(), new EncodedMarginPolicy([.. from.Bytes()]), from.Text(), from.Text())),
            MarginGroupKind =>
                new MarginGroupSet(from.TimeNanos, new(from.Text(), from.Count32(), from.Text(), from.Text())),
            LocateKind => new LocateSet(from.TimeNanos, new(
                from.Text(), from.Count(), from.Count(), from.Text(), from.Text())),
            InsuredKind => ReadInsured(ref from),
            SharedInsuredKind => ReadInsured(ref from) with { Shared = from.Count() },
            DeficitSharedKind => ReadDeficitShared(ref from),
            DeficitEndedKind => new DeficitEnded(from.TimeNanos, from.Count(), from.Count()),
            SignalStrategyKind => ReadSignalStrategy(ref from),
            SignalFailedKind => new SignalFailed(new DeadSignal(
                0, from.Text(), from.Text(), from.TimeNanos, (RejectReason)from.Count16(), from.Text(), from.Text())),
            SignalsPausedKind => new SignalsPaused(from.TimeNanos, from.Text(), from.Fixed64(), from.Text()),
            SignalDroppedKind => new DeadSignalDropped(from.TimeNanos, from.Count(), from.Text()),
            HolidaysKind => ReadHolidays(ref from),
            OwnerLimitsKind => ReadOwnerLimits(ref from),
            ActionAnnouncedKind => ReadAnnounced(ref from),
            SplitAnnouncedKind => ReadSplit(ref from),
            SymbolChangeAnnouncedKind => ReadSymbolChange(ref from),
            ActionClosedKind => new CorporateActionClosed(from.TimeNanos, from.Text(), ReadSums(ref from)),
            ActionEndedKind => new CorporateActionEnded(from.TimeNanos, from.Text()),
            ActionBegunKind => new CorporateActionBegun(from.TimeNanos, from.Text()),
            PinKind => ReadPin(ref from),
            BreakerKind => ReadBreaker(ref from),
            OwnerBlockKind => ReadOwnerBlocked(ref from),
            _ => throw from.UnknownKind("catalog"),
        };
        from.End();
        return record;
    }

    private static ApiKey ReadKey(ref RecordReader from) => new(
        from.Text(), from.Count(), from.Bool(), from.Bool(), from.Text(), Rights(from.Count()),
        Signing(from.Count(), from.Text()));

    private static UserSet ReadUser(ref RecordReader from)
    {
        var (what, by) = (Member<UserEvent>(from.Byte()), from.Text());
        var user = new User(
            from.Text(), from.Count(), Member<UserRole>(from.Byte()), from.Text(), from.Text(), from.Bool(),
            from.Bool());
        return new UserSet(from.TimeNanos, what, by, user, from.Text());
    }

    private static SessionBegun ReadSession(ref RecordReader from) => new(
        new UserSession(from.Text(), from.Text(), from.TimeNanos, from.Fixed64(), from.Text(), from.Text()),
        from.Count());

    private static T Member<T>(byte number)
        where T : struct, Enum => Enum.IsDefined((T)(object)number)
        ? (T)(object)number
        : throw new InvalidDataException($"Unknown {typeof(T).Name} {number}.");

    private static SignalStrategySet ReadSignalStrategy(ref RecordReader from)
    {
        var (by, name, owner, secret, passphrase) = (from.Text(), from.Text(), from.Count(), from.Text(), from.Bool());
        var targets = from.Items(static (ref from) => new SignalTarget(from.Count(), from.Count32()));
        var symbols = from.Items(static (ref from) => from.Text());
        var strategy = new SignalStrategy(
            name, owner, secret, passphrase, targets, symbols,
            Member<SignalPolicy>(from.Byte()),
            from.Count32(), from.Count32(), from.Count32(), from.Count32(), from.Count32(), from.Bool());
        return new SignalStrategySet(from.TimeNanos, strategy, by);
    }

    private static FeesRequest ReadFees(ref RecordReader from)
    {
        var (asset, minimum) = (from.Text(), from.Count());
        var tiers = from.Items(static (ref from) => new FeeTier(from.Count(), from.Signed32(), from.Signed32()));
        return new FeesRequest(new FeeSchedule(asset, tiers, minimum), from.Text(), from.Text());
    }

    private static KeyRights Rights(long number) => number is >= 0 and <= (long)KeyRights.All
        ? (KeyRights)number
        : throw new InvalidDataException($"Unknown rights {number} of a key.");

    private static SigningKey? Signing(long scheme, string material) => scheme switch
    {
        0 => null,
        (long)SigningScheme.HmacSha256 or (long)SigningScheme.RsaSha256 or (long)SigningScheme.Ed25519 =>
            new SigningKey((SigningScheme)scheme, material),
        _ => throw new InvalidDataException($"Unknown kind {scheme} of signature."),
    };
}
