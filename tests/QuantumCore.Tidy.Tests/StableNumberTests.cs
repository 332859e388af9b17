using System.Globalization;
using System.Text.RegularExpressions;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Numbers used in journals and on wires. A line of this table is never changed or reused.</summary>
public partial class StableNumberTests
{
    private static readonly Dictionary<string, string> s_numbers = new(StringComparer.Ordinal)
    {
        ["Side"] = "Buy=1 Sell=2",
        ["OrderType"] =
            "Market=1 Limit=2 Stop=3 StopLimit=4 TakeProfit=5 TakeProfitLimit=6 TrailingStop=7 TrailingStopLimit=8 Pegged=9 Leg=10",
        ["TimeInForce"] =
            "Day=0 GoodTillCancel=1 AtTheOpening=2 ImmediateOrCancel=3 FillOrKill=4 GoodTillDate=6 AtTheClose=7",
        ["OrderStatus"] = "New=0 PartiallyFilled=1 Filled=2 Cancelled=4 Rejected=8 Expired=12",
        ["EndReason"] =
            "None=0 User=1 MassCancel=2 Replaced=3 Amended=4 ImmediateOrCancel=5 FillOrKill=6 NoLiquidity=7 Protection=8 "
            + "List=9 OneCancelsOther=10 SelfTrade=11 MinimumQuantity=12 Band=13 Amount=14 GoodTillDate=15 Day=16 "
            + "AtTheOpening=17 AtTheClose=18 AuctionEnd=19 Session=20 KillSwitch=21 PostOnly=22 CorporateAction=23",
        ["TradingPhase"] = "Continuous=0 PreOpen=1 Opening=2 Volatility=3 Closing=4 Halt=5 Closed=6",
        ["BandMode"] = "Reject=0 Auction=1",
        ["SelfTradePrevention"] =
            "None=0 ExpireTaker=1 ExpireMaker=2 ExpireBoth=3 Decrement=4 CancelNewest=5 CancelOldest=6",
        ["TriggerReference"] = "Last=0 Quote=1 Mark=2",
        ["PegReference"] = "None=0 Primary=1 Market=2 Midpoint=3",
        ["OrderFlag"] = "None=0 Hidden=1 AllOrNone=2 Slide=4 DoNotReduce=8",
        ["OrderKind"] = "Plain=0 Waiting=1 Trailing=2 Iceberg=3 Pegged=4 Whole=5",
        ["OrderListKind"] = "OneCancelsOther=1 OneTriggersOther=2 OneTriggersOneCancelsOther=3 Strategy=4",
        ["OrderField"] =
            "None=0 Type=1 TimeInForce=2 PostOnly=3 Slide=4 Display=5 Hidden=6 AllOrNone=7 MinimumQuantity=8 Trigger=9 "
            + "TriggerReference=10 TrailTicks=11 TrailBasisPoints=12 Activation=13 LimitOffset=14 Peg=15 PegOffset=16 Amount=17 "
            + "Protection=18 Expiry=19 SelfTrade=20 DoNotReduce=21",
        ["PositionMethod"] = "Average=0 FirstInFirstOut=1 AverageWithFees=2 FirstInFirstOutWithFees=3",
        ["OrderStage"] = "Working=0 Pending=1 Armed=2",
        ["ReplaceMode"] = "Atomic=0 StopOnFailure=1 AllowFailure=2",
        ["RejectReason"] =
            "None=0 BadRequest=1 UnknownSymbol=2 InvalidCombination=3 InvalidQuantity=4 InvalidPrice=5 InvalidNotional=6 "
            + "UnknownAccount=7 Unauthorized=8 Forbidden=9 NameTaken=10 UnknownUser=11 TimeRegression=20 SymbolHalted=21 TooManyLevels=22 "
            + "PostOnlyWouldTake=23 Voided=24 PriceBand=25 AccountBlocked=26 SymbolClosed=27 NotInThisPhase=28 "
            + "ExpiredAlready=29 ListPrices=30 StopWouldTrigger=31 PegNoReference=32 SymbolUnavailable=33 "
            + "UnknownOrder=40 NotOwner=41 OrderClosed=42 StaleLeaves=43 WouldGrow=44 UnknownTrade=45 NotResting=46 "
            + "KeyConflict=60 KeyCancelled=61 InsufficientFunds=62 ShortNotAllowed=63 TooManyOrders=64 Overflow=65 "
            + "NoReference=66 AccountFrozen=67 MaxQuantity=68 MaxNotional=69 OpenOrderLimit=70 PositionLimit=71 DuplicateOrder=72 OrderRate=73 DailyVolume=74 DailyLoss=75 InsufficientMargin=76 ReduceOnly=77 NotPermitted=78 NoLocate=79 MarkStale=80 SignalSkipped=86 SignalsPaused=87 SignalTooOld=88 Overloaded=90 OutcomeUnknown=91 TooManyRequests=92 UnsettledFunds=93 UnusualQuantity=94 KillSwitch=95 BookOrderLimit=96",
        ["DecimalError"] = "None=0 NotADecimal=1 TooManyDecimals=2 TooLarge=3",
        ["BookRecordEncoding.Kind"] =
            "Instrument=1 Order=2 Voided=3 Closed=4 AllClosed=5 Reduced=6 NothingFound=7 Turn=8 TurnWithPrevented=9 TurnWithStages=10 TurnThatChangesTrade=11",
        ["BookVerb"] =
            "Enter=1 EnterList=2 Cancel=3 CancelAll=4 Amend=5 Reduce=6 SetPhase=7 SetMark=8 SetReference=9 SetRules=10 "
            + "AdvanceTime=11 Block=12 Unblock=13 Bust=14 Correct=15 "
            + "Act=16 EndOrders=17 SetTradeGroups=18 AdjustOrders=19",
        ["ChangedValue"] =
            "DisplayLots=1 TriggerTicks=2 TrailTicks=3 TrailBasisPoints=4 ExpiryNanos=5 WorstTicks=6 ProtectionTicks=20 StaticBand=21 "
            + "DynamicBand=22 DynamicBandAuction=23 AuctionCollar=24 MaxExtensions=25 AuctionNanos=26 "
            + "Next=30 NextNanos=31 NextLastsNanos=32 Why=33 TakeQuotes=40 Cross=41 Sweep=42 Proceed=43 Close=44 Take=45 EndPhase=46 Price=50 Lots=51 Maker=52 Reason=53 AlsoNumber=54 GroupedAccount=60 TradeGroup=61 NewUnits=62 OldUnits=63 FallTicks=64 TradeIndex=70 TradeNanos=71 TakerAccount=72 TakerNumber=73 TakerOrder=74 TakerSide=75 TakerFee=76 MakerAccount=77 MakerNumber=78 MakerOrder=79 MakerFee=80 InAuction=81 TakerFeeNow=82 MakerFeeNow=83",
        ["PhaseReason"] =
            "None=0 NewsPending=1 NewsDissemination=2 OrderImbalance=3 Technical=4 Regulatory=5 MarketWideBreaker=6 PriceBand=7 Planned=8",
        ["OrderChangeKind"] = "Added=1 Resized=2 Removed=3 Executed=4 Printed=5",
        ["BookTurnEncoding.StepKind"] =
            "Opened=1 Fill=2 Ended=3 Changed=4 Held=5 Voided=6 Prevented=7 Adjusted=8 Triggered=9 Activated=10 Reversed=11 Restated=12",
        ["ConditionsEncoding.Field"] =
            "DisplayLots=1 Hidden=2 AllOrNone=3 MinimumLots=4 Slide=5 TriggerTicks=6 TriggerReference=7 TrailTicks=8 "
            + "TrailBasisPoints=9 ActivationTicks=10 LimitOffsetTicks=11 Peg=12 PegOffsetTicks=13 Amount=14 "
            + "ProtectionTicks=15 ExpiryNanos=16 Strategy=17 ListName=18 DoNotReduce=19",
        ["AccountRecordEncoding.Kind"] =
            "Hold=20 Refused=21 Deposit=22 CancelAll=23 Reduction=24 List=25 Transfer=26 TransferEnd=27 Withdrawal=28 Freeze=29 Unfreeze=30 Limits=31 Volumes=32 AccountKind=33 Margin=34 LiquidationStep=35 Covered=36 Interest=37 ActionEntered=38 ActionPaid=39 SymbolChange=76 SharePaid=78 IsolatedKind=79 Split=89 ReductionOf=95 KillLimits=96",
        ["PayoutRecordEncoding.Kind"] = "Made=60 Paid=61 Refused=62",
        ["SettlementState"] = "Sent=1 Settled=2 Partial=3",
        ["SettlementRecordEncoding.Kind"] = "Closed=90 Settled=91 Partial=92 BuyIn=93 BuyInDays=94",
        ["LimitKind"] =
            "OrderQuantity=1 OrderValue=2 OpenOrders=3 Position=4 DuplicateWindow=5 OrdersPerSecond=6 OrderBurst=7 DailyVolume=8 DailyLoss=9 QuantityMultiple=10 KillOrders=11 KillValue=12 KillWindow=13 KillLoss=14",
        ["TradeState"] = "AsMade=0 Void=1 Corrected=2",
        ["CorporateActionKind"] = "CashDividend=1 Split=2 SymbolChange=3",
        ["CorporateActionState"] = "Announced=1 Entered=2 Paid=3 Begun=4",
        ["PayoutState"] = "Pending=0 Sent=1 Final=2 Refused=3",
        ["CatalogRecordEncoding.Kind"] =
            "Listed=40 Key=41 Owner=42 SigningKey=43 User=44 Session=45 SessionsEnded=46 Limits=47 BoundKey=48 Fees=49 MarginTerms=50 MarginPolicy=51 Locate=52 Insured=53 CodeUsed=54 OwnerLimits=63 Pin=64 MarginGroup=65 SharedInsured=66 DeficitShared=67 DeficitEnded=68 SignalStrategy=70 SignalFailed=71 SignalsPaused=72 SignalDropped=73 SymbolChangeAnnounced=74 Breaker=75 Holidays=80 ActionAnnounced=84 ActionClosed=85 ActionEnded=86 ActionBegun=87 SplitAnnounced=88 OwnerBlock=97",
        ["CandlePeriod"] =
            "Minute=1 ThreeMinutes=3 FiveMinutes=5 QuarterHour=15 HalfHour=30 Hour=60 TwoHours=120 FourHours=240 SixHours=360 "
            + "EightHours=480 HalfDay=720 Day=1440 ThreeDays=4320 Week=10080 Month=44640",
        ["UserRole"] = "Customer=1 MarketOperator=2 Risk=3 Administrator=4",
        ["UserEvent"] =
            "SignedUp=1 Added=2 PasswordChanged=3 AuthenticatorAdded=4 AuthenticatorRemoved=5 RoleChanged=6 Closed=7 Reopened=8 Expired=9",
        ["MarginState"] = "Healthy=0 Restricted=1 Called=2 Liquidating=3",
        ["MarkSource"] = "Index=1 Book=2",
        ["SignalAction"] = "Buy=1 Sell=2 Flatten=3",
        ["SignalPolicy"] = "Skip=1 Add=2 Flatten=3 Reverse=4",
        ["KeyRights"] = "None=0 Read=1 Trade=2 All=3",
        ["SigningScheme"] = "HmacSha256=1 RsaSha256=2 Ed25519=3",
    };

    [Fact]
    public void The_numbers_of_every_release_stay()
    {
        var found = new[] { typeof(OrderType).Assembly, typeof(Side).Assembly, typeof(SubmitOrder).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsEnum && type.Namespace?.StartsWith("QuantumCore", StringComparison.Ordinal) == true)
            .ToDictionary(Name, Numbers, StringComparer.Ordinal);
        Findings.Match(
            s_numbers.Select(pair => $"{pair.Key}: {pair.Value}"), found.Select(pair => $"{pair.Key}: {pair.Value}"));
    }

    [Fact]
    public void Every_member_of_an_enum_says_its_number() => Findings.None(
        from file in Repository.Under(
            ["src/QuantumCore.Enums", "src/QuantumCore.Instruments", "src/QuantumCore.Contracts", "src/QuantumCore.Matching"],
            ".cs")
        from Match found in EnumBody().Matches(Repository.Code(file))
        from member in found.Groups["body"].Value.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        where !member.Contains('=', StringComparison.Ordinal)
        select $"{file}: {member}");

    [Fact]
    public void A_kind_of_record_means_one_thing_in_every_stream()
    {
        var kinds = s_numbers.Where(pair => pair.Key.Contains("RecordEncoding", StringComparison.Ordinal))
            .SelectMany(pair => pair.Value.Split(' '))
            .Select(entry => entry.Split('=')[1]);
        Assert.Distinct(kinds);
    }

    private static string Name(Type type) => type.DeclaringType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name;

    private static string Numbers(Type type) => string.Join(' ', Enum.GetNames(type)
        .Select(name => (Name: name, Number: Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)))
        .OrderBy(member => member.Number)
        .Select(member => $"{member.Name}={member.Number}"));

    [GeneratedRegex(@"\benum\s+\w+(\s*:\s*\w+)?\s*\{(?<body>[^}]*)\}")]
    private static partial Regex EnumBody();
}
