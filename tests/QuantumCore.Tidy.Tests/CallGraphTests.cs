using System.Reflection;
using QuantumCore.Grains.Scheduled;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>
/// No cyclic awaits between grains, so two parties cannot deadlock by locking in opposite order. Read from the compiled
/// grains, so that calls through a base class, a lambda or an async method count like any other.
/// </summary>
public class CallGraphTests
{
    private static readonly Assembly s_grains = typeof(ExchangeGrains).Assembly;

    private static readonly Type[] s_ours =
    [
        .. s_grains.GetTypes().Where(
            type => !type.IsNested && type.Namespace?.StartsWith("QuantumCore.", StringComparison.Ordinal) == true),
    ];

    private static readonly Type[] s_grainClasses =
        [.. s_ours.Where(type => type is { IsClass: true, IsAbstract: false } && GrainInterfaces(type).Any())];

    /// <summary>Callers of each method of each grain.</summary>
    private static readonly string[] s_calls =
    [
        "CatalogGrain -> IOrderBookGrain.Define",
        "CatalogGrain -> ISignalWindowGrain.Admit",
        "CatalogGrain -> ISignalWindowGrain.Failures",
        "CatalogGrain -> ISignalWindowGrain.SetFailures",
        "MarginRounds -> IAccountGrain.CatchUp",
        "MarginRounds -> ILedgerGrain.CatchUp",
        "MarginRounds -> IOrderBookGrain.CloseAll",
        "ScheduledWork -> IScheduledWorkGrain.Wake",
        "InstrumentCatalog -> ICatalogGrain.Instruments",
        "InstrumentCatalog -> ICatalogGrain.Limits",
        "InstrumentCatalog -> ICatalogGrain.FeeSchedules",
        "InstrumentCatalog -> ICatalogGrain.Margin",
        "InstrumentCatalog -> ICatalogGrain.SettlementCalendars",
        "InstrumentCatalog -> ICatalogGrain.OwnersLimits",
        "InstrumentCatalog -> ICatalogGrain.Owners",
        "LedgerReconciliation -> IAccountGrain.CatchUp",
        "LedgerReconciliation -> IAccountGrain.View",
        "MarkPriceCache -> IMarketDataGrain.Depth",
        "MarkPriceCache -> IMarketDataGrain.Trades",
        "MarkPriceCache -> IOrderBookGrain.State",
        "MarketDataGrain -> IOrderBookGrain.Depth",
        "MarketDataGrain -> IPriceWatchGrain.Follow",
        "MarketDataGrain -> IPriceWatchGrain.Take",
        "OpenBook -> IAccountGrain.Deliver",
        "OrderRecovery -> IAccountGrain.CatchUp",
        "FundsRecovery -> IAccountGrain.CatchUp",
        "TradeChangeRecovery -> IAccountGrain.CatchUp",
        "FundsRecovery -> IAccountGrain.EndTransfer",
        "CorporateActionRounds -> IAccountGrain.EnterAction",
        "CorporateActionRounds -> IAccountGrain.KeepRounding",
        "CorporateActionRounds -> IAccountGrain.PayAction",
        "MarginRounds -> IAccountGrain.PayShare",
        "MarginRounds -> IAccountGrain.ReviewMargin",
        "VolumeRounds -> IAccountGrain.SetVolumes",
        "MarginRounds -> IAccountGrain.TakeCover",
        "FundsRecovery -> IAccountGrain.TakeInTransfer",
        "MarginRounds -> IAccountGrain.View",
        "VolumeRounds -> IAccountGrain.VolumesBefore",
        "CorporateActionRounds -> ICatalogGrain.BeginAction",
        "CorporateActionRounds -> ICatalogGrain.CloseAction",
        "CorporateActionRounds -> ICatalogGrain.CorporateActions",
        "CorporateActionRounds -> ICatalogGrain.EndAction",
        "MarginRounds -> ICatalogGrain.EndDeficit",
        "MarginRounds -> ICatalogGrain.Insure",
        "CorporateActionRounds -> ICatalogGrain.List",
        "VolumeRounds -> ICatalogGrain.Owners",
        "MarginRounds -> ICatalogGrain.ShareDeficit",
        "CorporateActionRounds -> ILedgerGrain.CatchUp",
        "CorporateActionRounds -> ILedgerGrain.CorporateParts",
        "CorporateActionRounds -> ILedgerGrain.CorporateSums",
        "CorporateActionRounds -> ILedgerGrain.Entitled",
        "RecoveryAgent -> ILedgerGrain.Follow",
        "MarginRounds -> IOrderBookGrain.Close",
        "OrderRecovery -> IOrderBookGrain.CloseAll",
        "CorporateActionRounds -> IOrderBookGrain.Operate",
        "OrderRecovery -> IOrderBookGrain.Resolve",
        "BookActivation -> IOrderBookGrain.State",
        "CorporateActionRounds -> IOrderBookGrain.State",
        "MarginRounds -> IOrderBookGrain.Submit",
        "FundsRecovery -> IPayoutGrain.Enlist",
        "PriceAlertsGrain -> IPriceWatchGrain.Follow",
        "PriceAlertsGrain -> IPriceWatchGrain.Forget",
        "PriceAlertsGrain -> IPriceWatchGrain.Watch",
        "PriceWatchGrain -> IMarketDataGrain.ForwardTrades",
        "PriceWatchGrain -> IPriceAlertsGrain.Fire",
        "SettlementGrain -> IAccountGrain.FundsFor",
        "SettlementGrain -> IAccountGrain.View",
        "SettlementRounds -> ISettlementGrain.Settle",
        "SettlementRounds -> ISettlementGrain.OldestSent",
    ];

    /// <summary>Operations allowed in the turn of a grain, through any classes.</summary>
    private static readonly string[] s_turns =
    [
        "AccountGrain -> ICatalogGrain.Instruments",
        "AccountGrain -> ICatalogGrain.Limits",
        "AccountGrain -> ICatalogGrain.FeeSchedules",
        "AccountGrain -> ICatalogGrain.Margin",
        "AccountGrain -> ICatalogGrain.SettlementCalendars",
        "AccountGrain -> ICatalogGrain.OwnersLimits",
        "AccountGrain -> ICatalogGrain.Owners",
        "CatalogGrain -> IOrderBookGrain.Define",
        "CatalogGrain -> ISignalWindowGrain.Admit",
        "CatalogGrain -> ISignalWindowGrain.Failures",
        "CatalogGrain -> ISignalWindowGrain.SetFailures",
        "LedgerGrain -> IAccountGrain.CatchUp",
        "LedgerGrain -> IAccountGrain.View",
        "MarketDataGrain -> ICatalogGrain.Instruments",
        "MarketDataGrain -> ICatalogGrain.Limits",
        "MarketDataGrain -> ICatalogGrain.FeeSchedules",
        "MarketDataGrain -> ICatalogGrain.Margin",
        "MarketDataGrain -> ICatalogGrain.SettlementCalendars",
        "MarketDataGrain -> ICatalogGrain.OwnersLimits",
        "MarketDataGrain -> ICatalogGrain.Owners",
        "MarketDataGrain -> IOrderBookGrain.Depth",
        "MarketDataGrain -> IPriceWatchGrain.Follow",
        "MarketDataGrain -> IPriceWatchGrain.Take",
        "OrderBookGrain -> IAccountGrain.Deliver",
        "PriceAlertsGrain -> IPriceWatchGrain.Follow",
        "PriceAlertsGrain -> IPriceWatchGrain.Forget",
        "PriceAlertsGrain -> IPriceWatchGrain.Watch",
        "PriceWatchGrain -> IMarketDataGrain.ForwardTrades",
        "PriceWatchGrain -> IPriceAlertsGrain.Fire",
        "SettlementGrain -> IAccountGrain.FundsFor",
        "SettlementGrain -> IAccountGrain.View",
        "SettlementGrain -> ICatalogGrain.Instruments",
        "SettlementGrain -> ICatalogGrain.Limits",
        "SettlementGrain -> ICatalogGrain.FeeSchedules",
        "SettlementGrain -> ICatalogGrain.Margin",
        "SettlementGrain -> ICatalogGrain.SettlementCalendars",
        "SettlementGrain -> ICatalogGrain.OwnersLimits",
        "SettlementGrain -> ICatalogGrain.Owners",
    ];

    [Fact]
    public void Classes_call_exactly_the_grains_that_the_design_says() => Findings.Match(
        s_calls,
        s_ours.SelectMany(type => Calls(CallGraph.Bodies(type)).Select(call => $"{type.Name} -> {call}")));

    [Fact]
    public void No_account_code_knows_a_book()
    {
        var accounts = s_ours.Where(type => type.Namespace == "QuantumCore.Grains.Accounts").ToArray();
        Assert.Contains(accounts, type => type.Name == "AccountGrain");
        Findings.None(accounts.Where(Knows<IOrderBookGrain>).Select(type => type.Name));
    }

    [Fact]
    public void A_turn_leads_only_where_the_design_says() => Findings.Match(s_turns, Turns());

    [Fact]
    public void The_book_tells_accounts_one_way() => Assert.Contains(
        typeof(IAccountGrain).GetMethod(nameof(IAccountGrain.Deliver))!.CustomAttributes,
        attribute => attribute.AttributeType.Name == "OneWayAttribute");

    [Fact]
    public void Nobody_awaits_in_a_circle()
    {
        var awaited = s_grainClasses.ToDictionary(
            grain => grain,
            grain => Calls(CallGraph.Reachable(grain, StopsAt(grain))).Where(call => !IsOneWay(call))
                .Select(call => s_grainClasses.Single(other => GrainInterfaces(other).Contains(call.DeclaringType)))
                .Distinct()
                .ToArray());
        foreach (var grain in s_grainClasses)
        {
            AssertNoWayBack(grain, awaited, []);
        }
    }

    [Fact]
    public void Every_grain_interface_has_one_grain() => Assert.All(
        typeof(IAccountGrain).Assembly.GetTypes().Where(IsGrainInterface),
        contract => Assert.Single(s_grainClasses, grain => GrainInterfaces(grain).Contains(contract)));

    [Fact]
    public void A_planted_call_is_found_in_every_disguise()
    {
        Assert.True(Knows<IOrderBookGrain>(typeof(PlantedAsync)));
        Assert.True(Knows<IOrderBookGrain>(typeof(PlantedLambda)));
        Assert.True(Knows<IOrderBookGrain>(typeof(PlantedTypeArgument)));
        Assert.False(Knows<IAccountGrain>(typeof(PlantedAsync)));
        Assert.Contains(
            Calls(CallGraph.Bodies(typeof(PlantedAsync))), call => call.Name == nameof(IOrderBookGrain.Status));
        Assert.Contains(
            Calls(CallGraph.Reachable(typeof(PlantedDetour), _ => false)),
            call => call.Name == nameof(IOrderBookGrain.Status));
    }

    [Fact]
    public void Turns_interleave_only_where_it_was_thought_through() => Findings.Match(
        [
            "AccountGrain: Reentrant", "CatalogGrain: Reentrant", "LedgerGrain: Reentrant",
            "MarketDataGrain: Reentrant",
            "OperatorLogGrain: Reentrant", "OrderBookGrain: Reentrant", "PayoutGrain: Reentrant",
            "PriceWatchGrain: Reentrant", "ScheduledWorkGrain: Reentrant",
            "SettlementGrain: Reentrant",
        ],
        from type in s_ours
        from attribute in type.CustomAttributes
        let name = attribute.AttributeType.Name.Replace("Attribute", "", StringComparison.Ordinal)
        where name is "Reentrant" or "StatelessWorker" or "MayInterleave"
        select $"{type.Name}: {name}");

    // The grain of scheduled work may call every grain: only background services and its reminder call it.
    private static IEnumerable<string> Turns() =>
        s_grainClasses.Where(grain => grain != typeof(ScheduledWorkGrain)).SelectMany(grain =>
        Calls(CallGraph.Reachable(grain, StopsAt(grain))).Select(call => $"{grain.Name} -> {call}"));

    private static Func<Type, bool> StopsAt(Type grain) => other => other != grain && s_grainClasses.Contains(other);

    private static IEnumerable<GrainMethodName> Calls(IEnumerable<MethodBase> bodies) => bodies
        .SelectMany(CallGraph.References)
        .OfType<MethodInfo>()
        .Where(method => method.DeclaringType is { } type && IsGrainInterface(type))
        .Select(method => new GrainMethodName(method.DeclaringType!, method.Name))
        .Distinct();

    private static bool IsOneWay(GrainMethodName call) => call.DeclaringType.GetMethod(call.Name)!.CustomAttributes
        .Any(attribute => attribute.AttributeType.Name == "OneWayAttribute");

    private static bool Knows<T>(Type type) =>
        CallGraph.WithNested(type).Any(part => part.GetInterfaces().Contains(typeof(T)))
        || CallGraph.Bodies(type).SelectMany(CallGraph.References).Any(member =>
            member == typeof(T) || member.DeclaringType == typeof(T))
        || CallGraph.WithNested(type).SelectMany(part => part.GetFields(
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static))
            .Any(field => field.FieldType == typeof(T));

    private static bool IsGrainInterface(Type type) =>
        type.IsInterface && type.Assembly == typeof(IAccountGrain).Assembly;

    private static IEnumerable<Type> GrainInterfaces(Type type) => type.GetInterfaces().Where(IsGrainInterface);

    private static void AssertNoWayBack(Type grain, Dictionary<Type, Type[]> awaited, Type[] path)
    {
        Assert.False(
            path.Contains(grain), $"A circle: {string.Join(" -> ", path.Append(grain).Select(step => step.Name))}");
        foreach (var next in awaited[grain])
        {
            AssertNoWayBack(next, awaited, [.. path, grain]);
        }
    }

    private readonly record struct GrainMethodName(Type DeclaringType, string Name)
    {
        public override string ToString() => $"{DeclaringType.Name}.{Name}";
    }

    private static class PlantedAsync
    {
        public static async Task<long> Ask(IGrainFactory grains)
        {
            await Task.Yield();
            return (await grains.GetGrain<IOrderBookGrain>("AAPL").Status("AAPL", 1, 1)).OrderId;
        }
    }

    private static class PlantedLambda
    {
        public static Func<IGrainFactory, object> Ask() => grains => grains.GetGrain<IOrderBookGrain>("AAPL");
    }

    private static class PlantedTypeArgument
    {
        public static int Ask() => new List<KeyValuePair<string, IOrderBookGrain?>>().Count;
    }

    private static class PlantedDetour
    {
        public static Task<long> Ask(IGrainFactory grains) => PlantedAsync.Ask(grains);
    }
}
