using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// State of the stream "catalog": one object for each subject, which checks a change and applies its record.
/// </summary>
internal sealed class Catalog
{
    public Catalog()
    {
        Limits = new CommonLimits(Listings, Owners);
        Calendars = new SettlementCalendars(Listings);
        Pins = new PinnedBooks(Listings);
        Margin = new MarginPolicies(Listings, Fees);
        Actions = new AnnouncedActions(Listings, Margin);
        Insurance = new InsuranceFunds(Margin, Owners);
        Identities = new Identities(Owners);
    }

    /// <summary>Listed instruments.</summary>
    public InstrumentListings Listings { get; } = new();

    /// <summary>Fee schedules.</summary>
    public FeeCatalog Fees { get; } = new();

    /// <summary>Owners of accounts.</summary>
    public Owners Owners { get; } = new();

    /// <summary>Risk limits.</summary>
    public CommonLimits Limits { get; }

    /// <summary>Holidays of settlement venues.</summary>
    public SettlementCalendars Calendars { get; }

    /// <summary>Books pinned to silos.</summary>
    public PinnedBooks Pins { get; }

    /// <summary>Margin terms, policies, groups and locates.</summary>
    public MarginPolicies Margin { get; }

    /// <summary>Corporate actions.</summary>
    public AnnouncedActions Actions { get; }

    /// <summary>Insurance funds and deficits.</summary>
    public InsuranceFunds Insurance { get; }

    /// <summary>Users and API keys.</summary>
    public Identities Identities { get; }

    /// <summary>Webhook strategies.</summary>
    public SignalStrategies Signals { get; } = new();

    /// <summary>Last use of the market-wide circuit breaker.</summary>
    public BreakerUse Breaker { get; private set; } = BreakerUse.None;

    /// <summary>Requires that a definition fits what is listed and announced.</summary>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public void RequireFits(Instrument instrument, EncodedInstrument definition)
    {
        Listings.RequireSameScale(instrument, definition);
        Actions.RequireFreeName(instrument);
        Actions.RequireSameUnits(instrument);
        Listings.RequireSameTerms(instrument, definition);
        Fees.RequirePaidRebates(instrument, definition);
    }

    /// <summary>Notes a use of the circuit breaker, unless that level or a later day was used.</summary>
    public CatalogChange Use(BreakerUse use, long now) => CatalogChange.Unless(
        use.Day < Breaker.Day || (use.Day == Breaker.Day && use.Level <= Breaker.Level), new MarketStopped(now, use));

    /// <summary>Applies a record.</summary>
    /// <exception cref="InvalidDataException">It is not a catalog's record.</exception>
    public void Apply(long sequence, CatalogRecord record)
    {
        switch (record)
        {
            case InstrumentListed listed:
                Listings.Apply(listed);
                Fees.Apply(listed);
                break;
            case KeyAdded added:
                Identities.Apply(added);
                break;
            case OwnerSet set:
                Owners.Apply(set);
                break;
            case OwnerBlocked blocked:
                Owners.Apply(blocked);
                break;
            case EveryonesLimitsSet set:
                Limits.Apply(set);
                break;
            case OwnerLimitsSet set:
                Limits.Apply(set);
                break;
            case FeesScheduled scheduled:
                Fees.Apply(scheduled);
                break;
            case MarginTermsSet or MarginPolicySet or MarginGroupSet or LocateSet:
                Margin.Apply(record);
                break;
            case LiquidationInsured or DeficitShared or DeficitEnded:
                Insurance.Apply(record);
                break;
            case HolidaysSet set:
                Calendars.Apply(set);
                break;
            case CorporateActionAnnounced or CorporateActionBegun or CorporateActionClosed or CorporateActionEnded:
                Actions.Apply(record);
                break;
            case BookPinned pinned:
                Pins.Apply(pinned);
                break;
            case MarketStopped stopped:
                Breaker = stopped.Use;
                break;
            case UserSet or SessionBegun or SessionsEnded or CodeUsed:
                Identities.Users.Apply(record);
                break;
            case SignalStrategySet or SignalFailed or SignalsPaused or DeadSignalDropped:
                Signals.Apply(sequence, record);
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not a catalog's record.");
        }
    }
}
