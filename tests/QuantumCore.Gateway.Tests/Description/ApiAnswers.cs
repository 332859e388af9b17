using System.Collections.Frozen;
using System.Reflection;
using Microsoft.OpenApi;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Responses of the native API's calls, and their schemas.</summary>
/// <remarks>
/// The gateway writes responses by hand: serializing an order would make some thirty strings and an object first. A
/// test compares each response with these records. The SDK has its own, because two descriptions of one interface check
/// each other.
/// </remarks>
internal static class ApiAnswers
{
    private const string Suffix = "Answer";

    private static readonly FrozenDictionary<string, Type> s_answers =
        new Dictionary<string, Type>(StringComparer.Ordinal)
        {
            ["POST orders"] = typeof(OrderAnswer),
            ["POST orders/batch"] = typeof(BatchAnswer),
            ["GET orders"] = typeof(OrdersAnswer),
            ["DELETE orders"] = typeof(CancelledAnswer),
            ["GET orders/{symbol}/{orderId}"] = typeof(OrderAnswer),
            ["PATCH orders/{symbol}/{orderId}"] = typeof(OrderAnswer),
            ["DELETE orders/{symbol}/{orderId}"] = typeof(OrderAnswer),
            ["GET orders/{symbol}/{orderId}/position"] = typeof(OrderPlaceAnswer),
            ["GET orders/by-client-id/{clientOrderId}"] = typeof(OrderAnswer),
            ["DELETE orders/by-client-id/{clientOrderId}"] = typeof(OrderAnswer),
            ["GET orders/history"] = typeof(OrderHistoryAnswer),
            ["POST order-lists"] = typeof(OrderListAnswer),
            ["POST strategies"] = typeof(StrategyAnswer),
            ["GET account"] = typeof(AccountAnswer),
            ["GET fills"] = typeof(FillsAnswer),
            ["GET prevented-matches"] = typeof(PreventedMatchesAnswer),
            ["GET account/statement"] = typeof(StatementAnswer),
            ["GET account/positions"] = typeof(PositionsAnswer),
            ["GET admin/accounts/{account}/statement"] = typeof(StatementAnswer),
            ["GET admin/accounts/{account}/positions"] = typeof(PositionsAnswer),
            ["POST admin/accounts/{account}/deposits"] = typeof(DepositAnswer),
            ["POST admin/instruments"] = typeof(InstrumentAnswer),
            ["POST transfers"] = typeof(TransferAnswer),
            ["GET transfers"] = typeof(TransfersAnswer),
            ["POST admin/accounts/{account}/transfers"] = typeof(TransferAnswer),
            ["POST withdrawals"] = typeof(WithdrawalAnswer),
            ["GET withdrawals"] = typeof(WithdrawalsAnswer),
            ["POST admin/accounts/{account}/withdrawals"] = typeof(WithdrawalAnswer),
            ["POST admin/accounts/{account}/owner"] = typeof(OwnerAnswer),
            ["GET limits"] = typeof(LimitsAnswer),
            ["GET admin/accounts/{account}/limits"] = typeof(LimitsAnswer),
            ["POST admin/accounts/{account}/limits"] = typeof(LimitsAnswer),
            ["GET admin/limits"] = typeof(EveryonesLimitsAnswer),
            ["POST admin/limits"] = typeof(EveryonesLimitsAnswer),
            ["GET admin/owners/limits"] = typeof(OwnersLimitsAnswer),
            ["POST admin/owners/limits"] = typeof(OwnersLimitsAnswer),
            ["GET fees"] = typeof(FeesAnswer),
            ["GET admin/accounts/{account}/fees"] = typeof(FeesAnswer),
            ["GET admin/fees"] = typeof(FeeSchedulesAnswer),
            ["POST admin/fees"] = typeof(FeeSchedulesAnswer),
            ["GET margin"] = typeof(MarginRulesAnswer),
            ["GET admin/margin"] = typeof(MarginBooksAnswer),
            ["POST admin/margin/instruments/{symbol}"] = typeof(MarginBooksAnswer),
            ["POST admin/margin/currencies/{asset}"] = typeof(MarginBooksAnswer),
            ["POST admin/margin/groups/{group}"] = typeof(MarginBooksAnswer),
            ["GET admin/accounts/{account}/margin"] = typeof(AccountMarginAnswer),
            ["POST admin/accounts/{account}/margin"] = typeof(AccountMarginAnswer),
            ["POST admin/accounts/{account}/locates"] = typeof(MarginBooksAnswer),
            ["GET admin/settlement"] = typeof(SettlementAnswer),
            ["POST admin/settlement/{venue}/holidays"] = typeof(SettlementAnswer),
            ["POST admin/settlement/{venue}/buy-ins"] = typeof(OrderAnswer),
            ["POST admin/settlement/{venue}/buy-in-days"] = typeof(SettlementAnswer),
            ["GET admin/corporate-actions"] = typeof(CorporateActionsAnswer),
            ["POST admin/corporate-actions"] = typeof(CorporateActionsAnswer),
            ["GET admin/corporate-actions/{id}"] = typeof(CorporatePartsAnswer),
            ["GET keys"] = typeof(KeysAnswer),
            ["POST keys"] = typeof(NewKeyAnswer),
            ["DELETE keys/{id}"] = typeof(KeyAnswer),
            ["GET admin/keys"] = typeof(KeysAnswer),
            ["DELETE admin/keys/{id}"] = typeof(KeyAnswer),
            ["POST admin/accounts/{account}/keys"] = typeof(NewKeyAnswer),
            ["GET demo/funds"] = typeof(DemoFundsAnswer),
            ["POST demo/funds"] = typeof(DemoFundsAnswer),
            ["PUT demo/funds"] = typeof(DemoFundsAnswer),
            ["POST signals/{strategy}"] = typeof(SignalAnswer),
            ["GET signals/strategies"] = typeof(SignalStrategiesAnswer),
            ["PUT signals/strategies/{strategy}"] = typeof(SignalStrategyAnswer),
            ["DELETE signals/strategies/{strategy}/pause"] = typeof(SignalStrategyAnswer),
            ["GET signals/dead"] = typeof(DeadSignalsAnswer),
            ["DELETE signals/dead/{id}"] = typeof(DroppedAnswer),
            ["GET alerts"] = typeof(AlertsAnswer),
            ["POST alerts"] = typeof(AlertAnswer),
            ["DELETE alerts/{id}"] = typeof(AlertsAnswer),
            ["GET instruments"] = typeof(InstrumentsAnswer),
            ["GET book/{symbol}"] = typeof(BookAnswer),
            ["GET book/{symbol}/orders"] = typeof(BookOrdersAnswer),
            ["GET trades/{symbol}"] = typeof(TradesAnswer),
            ["GET symbols/{symbol}/state"] = typeof(StateAnswer),
            ["GET tickers"] = typeof(TickersAnswer),
            ["GET candles/{symbol}"] = typeof(CandlesAnswer),
            ["POST users"] = typeof(SignedInAnswer),
            ["POST sessions"] = typeof(SignedInAnswer),
            ["POST sessions/demo"] = typeof(SignedInAnswer),
            ["GET sessions"] = typeof(SessionsAnswer),
            ["DELETE sessions"] = typeof(SignedInAnswer),
            ["GET sessions/current"] = typeof(SignedInAnswer),
            ["DELETE sessions/current"] = typeof(SignedInAnswer),
            ["DELETE sessions/{id}"] = typeof(SignedInAnswer),
            ["POST user/password"] = typeof(SignedInAnswer),
            ["POST user/authenticator"] = typeof(AuthenticatorAnswer),
            ["DELETE user/authenticator"] = typeof(SignedInAnswer),
            ["GET user/preferences"] = typeof(PreferencesAnswer),
            ["PATCH user/preferences"] = typeof(PreferencesAnswer),
            ["GET admin/users"] = typeof(UsersAnswer),
            ["POST admin/users"] = typeof(UserAnswer),
            ["PATCH admin/users/{name}"] = typeof(UserAnswer),
            ["DELETE admin/users/{name}/sessions"] = typeof(EndedAnswer),
            ["GET admin/audit"] = typeof(AuditAnswer),
            ["GET admin/actions"] = typeof(AuditAnswer),
            ["POST admin/symbols/{symbol}/phase"] = typeof(StateAnswer),
            ["POST admin/symbols/{symbol}/mark"] = typeof(StateAnswer),
            ["POST admin/symbols/{symbol}/reference"] = typeof(StateAnswer),
            ["POST admin/symbols/{symbol}/rules"] = typeof(StateAnswer),
            ["POST admin/symbols/{symbol}/bust"] = typeof(TradeChangeAnswer),
            ["POST admin/symbols/{symbol}/correct"] = typeof(TradeChangeAnswer),
            ["POST admin/accounts/{account}/block"] = typeof(BlockedAnswer),
            ["POST admin/accounts/{account}/unblock"] = typeof(BlockedAnswer),
            ["POST admin/owners/{owner}/block"] = typeof(BlockedOwnerAnswer),
            ["POST admin/owners/{owner}/unblock"] = typeof(BlockedOwnerAnswer),
            ["POST admin/accounts/{account}/freeze"] = typeof(FrozenAnswer),
            ["POST admin/accounts/{account}/unfreeze"] = typeof(FrozenAnswer),
            ["POST admin/breaker"] = typeof(BreakerAnswer),
            ["GET admin/system"] = typeof(SystemAnswer),
            ["GET admin/pins"] = typeof(PinsAnswer),
            ["POST admin/symbols/{symbol}/pin"] = typeof(PinsAnswer),
            ["GET admin/ledger/trial-balance"] = typeof(TrialBalanceAnswer),
            ["GET admin/ledger/fees"] = typeof(FeeRevenueAnswer),
            ["GET admin/ledger/reconciliation"] = typeof(ReconciliationAnswer),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Returns the response schema of a call; null for a WebSocket and for the document itself.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path after the base path.</param>
    /// <param name="document">Document that holds the schemas.</param>
    public static IOpenApiSchema? SchemaOf(string method, string path, OpenApiDocument document) =>
        s_answers.TryGetValue($"{method} {path}", out var type) ? Reference(type, document) : null;

    /// <summary>Returns a reference to a record's schema, which the document holds once under its name.</summary>
    private static OpenApiSchemaReference Reference(Type type, OpenApiDocument document)
    {
        var name = type.Name;
        if (document.Components?.Schemas?.ContainsKey(name) != true)
        {
            var members = type.GetConstructors().Single().GetParameters();
            var nullability = new NullabilityInfoContext();
            document.AddComponent<IOpenApiSchema>(name, new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = members.Where(static member => !member.HasDefaultValue).Select(NameOf)
                    .ToHashSet(StringComparer.Ordinal),
                Properties = members.ToDictionary(
                    NameOf,
                    member => Of(
                        member.ParameterType, nullability.Create(member).ReadState == NullabilityState.Nullable,
                        document),
                    StringComparer.Ordinal),
                AdditionalPropertiesAllowed = false,
            });
        }

        return new OpenApiSchemaReference(name, document);
    }

    private static IOpenApiSchema Of(Type type, bool isNullable, OpenApiDocument document)
    {
        if (type.Name.EndsWith(Suffix, StringComparison.Ordinal))
        {
            var reference = Reference(type, document);
            return isNullable
                ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] }
                : reference;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(object))
            return new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Integer };
        if (type.IsGenericType)
            return new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = Of(type.GenericTypeArguments[0], false, document),
            };

        var kind = type == typeof(string)
            ? JsonSchemaType.String
            : type == typeof(bool) ? JsonSchemaType.Boolean : JsonSchemaType.Integer;
        return new OpenApiSchema { Type = isNullable ? kind | JsonSchemaType.Null : kind };
    }

    private static string NameOf(ParameterInfo member) => char.ToLowerInvariant(member.Name![0]) + member.Name[1..];
}
