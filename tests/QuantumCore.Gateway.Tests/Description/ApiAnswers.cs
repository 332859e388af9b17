using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using QuantumCore.Client;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Types of the native API's answers, and their schemas.</summary>
internal static class ApiAnswers
{
    private static readonly Summaries s_summaries = Summaries.OfAssemblies(typeof(ApiJson).Assembly);

    private static readonly FrozenDictionary<string, Type> s_answers =
        new Dictionary<string, Type>(StringComparer.Ordinal)
        {
            ["POST orders"] = typeof(Order),
            ["POST orders/batch"] = typeof(BatchResults),
            ["GET orders"] = typeof(OrderList),
            ["DELETE orders"] = typeof(CancelCount),
            ["GET orders/{symbol}/{orderId}"] = typeof(Order),
            ["PATCH orders/{symbol}/{orderId}"] = typeof(Order),
            ["DELETE orders/{symbol}/{orderId}"] = typeof(Order),
            ["GET orders/{symbol}/{orderId}/position"] = typeof(OrderPosition),
            ["GET orders/by-client-id/{clientOrderId}"] = typeof(Order),
            ["DELETE orders/by-client-id/{clientOrderId}"] = typeof(Order),
            ["GET orders/history"] = typeof(OrderPage),
            ["POST order-lists"] = typeof(OrderListReport),
            ["POST strategies"] = typeof(StrategyReport),
            ["GET account"] = typeof(AccountView),
            ["GET fills"] = typeof(FillList),
            ["GET prevented-matches"] = typeof(PreventedMatchList),
            ["GET account/statement"] = typeof(AccountStatement),
            ["GET account/positions"] = typeof(PositionList),
            ["GET admin/accounts/{account}/statement"] = typeof(AccountStatement),
            ["GET admin/accounts/{account}/positions"] = typeof(PositionList),
            ["POST admin/accounts/{account}/deposits"] = typeof(DepositReceipt),
            ["POST admin/instruments"] = typeof(Instrument),
            ["POST transfers"] = typeof(Transfer),
            ["GET transfers"] = typeof(TransferList),
            ["POST admin/accounts/{account}/transfers"] = typeof(Transfer),
            ["POST withdrawals"] = typeof(NewWithdrawal),
            ["GET withdrawals"] = typeof(WithdrawalList),
            ["POST admin/accounts/{account}/withdrawals"] = typeof(NewWithdrawal),
            ["POST admin/accounts/{account}/owner"] = typeof(AccountOwner),
            ["GET limits"] = typeof(AccountLimits),
            ["GET admin/accounts/{account}/limits"] = typeof(AccountLimits),
            ["POST admin/accounts/{account}/limits"] = typeof(AccountLimits),
            ["GET admin/limits"] = typeof(EveryonesLimits),
            ["POST admin/limits"] = typeof(EveryonesLimits),
            ["GET admin/owners/limits"] = typeof(OwnersLimits),
            ["POST admin/owners/limits"] = typeof(OwnersLimits),
            ["GET fees"] = typeof(AccountFees),
            ["GET admin/accounts/{account}/fees"] = typeof(AccountFees),
            ["GET admin/fees"] = typeof(FeeSchedules),
            ["POST admin/fees"] = typeof(FeeSchedules),
            ["GET margin"] = typeof(MarginRulebook),
            ["GET admin/margin"] = typeof(MarginRulebook),
            ["POST admin/margin/instruments/{symbol}"] = typeof(MarginRulebook),
            ["POST admin/margin/currencies/{asset}"] = typeof(MarginRulebook),
            ["POST admin/margin/groups/{group}"] = typeof(MarginRulebook),
            ["GET admin/accounts/{account}/margin"] = typeof(AccountKind),
            ["POST admin/accounts/{account}/margin"] = typeof(AccountKind),
            ["POST admin/accounts/{account}/locates"] = typeof(MarginRulebook),
            ["GET admin/settlement"] = typeof(SettlementVenues),
            ["POST admin/settlement/{venue}/holidays"] = typeof(SettlementVenues),
            ["POST admin/settlement/{venue}/buy-ins"] = typeof(Order),
            ["POST admin/settlement/{venue}/buy-in-days"] = typeof(SettlementVenues),
            ["GET admin/corporate-actions"] = typeof(CorporateActions),
            ["POST admin/corporate-actions"] = typeof(CorporateActions),
            ["GET admin/corporate-actions/{id}"] = typeof(CorporateParts),
            ["GET keys"] = typeof(ApiKeyList),
            ["POST keys"] = typeof(ApiKeyGrant),
            ["DELETE keys/{id}"] = typeof(KnownApiKey),
            ["GET admin/keys"] = typeof(ApiKeyList),
            ["DELETE admin/keys/{id}"] = typeof(KnownApiKey),
            ["POST admin/accounts/{account}/keys"] = typeof(ApiKeyGrant),
            ["GET demo/funds"] = typeof(DemoFunds),
            ["POST demo/funds"] = typeof(DemoFunds),
            ["PUT demo/funds"] = typeof(DemoFunds),
            ["POST signals/{strategy}"] = typeof(SignalReceipt),
            ["GET signals/strategies"] = typeof(SignalStrategyList),
            ["PUT signals/strategies/{strategy}"] = typeof(SignalStrategy),
            ["DELETE signals/strategies/{strategy}/pause"] = typeof(SignalStrategy),
            ["GET signals/dead"] = typeof(DeadSignalList),
            ["DELETE signals/dead/{id}"] = typeof(DroppedSignal),
            ["GET alerts"] = typeof(AccountAlerts),
            ["POST alerts"] = typeof(PriceAlert),
            ["DELETE alerts/{id}"] = typeof(AccountAlerts),
            ["GET instruments"] = typeof(InstrumentList),
            ["GET book/{symbol}"] = typeof(BookSnapshot),
            ["GET book/{symbol}/orders"] = typeof(BookOrders),
            ["GET trades/{symbol}"] = typeof(TradeList),
            ["GET symbols/{symbol}/state"] = typeof(SymbolState),
            ["GET tickers"] = typeof(TickerList),
            ["GET candles/{symbol}"] = typeof(CandleList),
            ["POST users"] = typeof(SignedInUser),
            ["POST sessions"] = typeof(SignedInUser),
            ["POST sessions/demo"] = typeof(SignedInUser),
            ["GET sessions"] = typeof(SessionList),
            ["DELETE sessions"] = typeof(SignedInUser),
            ["GET sessions/current"] = typeof(SignedInUser),
            ["DELETE sessions/current"] = typeof(SignedInUser),
            ["DELETE sessions/{id}"] = typeof(SignedInUser),
            ["POST user/password"] = typeof(SignedInUser),
            ["POST user/authenticator"] = typeof(NewAuthenticator),
            ["DELETE user/authenticator"] = typeof(SignedInUser),
            ["GET user/preferences"] = typeof(PreferenceList),
            ["PATCH user/preferences"] = typeof(PreferenceList),
            ["GET admin/users"] = typeof(UserList),
            ["POST admin/users"] = typeof(ExchangeUser),
            ["PATCH admin/users/{name}"] = typeof(ExchangeUser),
            ["DELETE admin/users/{name}/sessions"] = typeof(SessionsEnded),
            ["GET admin/audit"] = typeof(AuditLines),
            ["GET admin/actions"] = typeof(AuditLines),
            ["POST admin/symbols/{symbol}/phase"] = typeof(SymbolState),
            ["POST admin/symbols/{symbol}/mark"] = typeof(SymbolState),
            ["POST admin/symbols/{symbol}/reference"] = typeof(SymbolState),
            ["POST admin/symbols/{symbol}/rules"] = typeof(SymbolState),
            ["POST admin/symbols/{symbol}/bust"] = typeof(TradeChange),
            ["POST admin/symbols/{symbol}/correct"] = typeof(TradeChange),
            ["POST admin/accounts/{account}/block"] = typeof(BlockReceipt),
            ["POST admin/accounts/{account}/unblock"] = typeof(BlockReceipt),
            ["POST admin/owners/{owner}/block"] = typeof(OwnerBlockReceipt),
            ["POST admin/owners/{owner}/unblock"] = typeof(OwnerBlockReceipt),
            ["POST admin/accounts/{account}/freeze"] = typeof(FreezeReceipt),
            ["POST admin/accounts/{account}/unfreeze"] = typeof(FreezeReceipt),
            ["POST admin/breaker"] = typeof(BreakerReport),
            ["GET admin/system"] = typeof(ExchangeSystem),
            ["GET admin/pins"] = typeof(BookPins),
            ["POST admin/symbols/{symbol}/pin"] = typeof(BookPins),
            ["GET admin/ledger/trial-balance"] = typeof(TrialBalanceRows),
            ["GET admin/ledger/fees"] = typeof(FeeRevenueRows),
            ["GET admin/ledger/reconciliation"] = typeof(ReconciliationReport),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Types of the answers by call.</summary>
    public static IReadOnlyDictionary<string, Type> All => s_answers;

    /// <summary>Returns the response schema of a call; null for a WebSocket and for the document itself.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path after the base path.</param>
    /// <param name="document">Document that holds the schemas.</param>
    public static IOpenApiSchema? SchemaOf(string method, string path, OpenApiDocument document)
    {
        if (!s_answers.TryGetValue($"{method} {path}", out var type))
            return null;

        // This call has two steps: the second one answers as a sign-in does.
        return type == typeof(NewAuthenticator)
            ? new OpenApiSchema { OneOf = [Reference(type, document), Reference(typeof(SignedInUser), document)] }
            : Reference(type, document);
    }

    /// <summary>Returns a reference to a type's schema, which the document holds once under its name.</summary>
    private static OpenApiSchemaReference Reference(Type type, OpenApiDocument document)
    {
        if (document.Components?.Schemas?.ContainsKey(type.Name) != true)
        {
            var schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalPropertiesAllowed = false,
                Description = s_summaries.Of(null, type),
            };
            // Before its members: a type may contain itself.
            document.AddComponent<IOpenApiSchema>(type.Name, schema);
            var members =
                ApiJson.Options.GetTypeInfo(type).Properties.Where(static member => member.Get is not null).ToArray();
            schema.Required = members.Where(IsAlwaysPresent).Select(static member => member.Name)
                .ToHashSet(StringComparer.Ordinal);
            schema.Properties = members.ToDictionary(
                static member => member.Name, member => Of(member, document), StringComparer.Ordinal);
        }

        return new OpenApiSchemaReference(type.Name, document);
    }

    private static bool IsAlwaysPresent(JsonPropertyInfo member) => member.ShouldSerialize is null;

    private static IOpenApiSchema Of(JsonPropertyInfo member, OpenApiDocument document)
    {
        var property = (PropertyInfo)member.AttributeProvider!;
        var isNullable = IsAlwaysPresent(member) &&
            (Nullable.GetUnderlyingType(member.PropertyType) is not null
                || new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable);
        var isText = member.NumberHandling?.HasFlag(JsonNumberHandling.WriteAsString) == true;
        var schema = Of(isText ? typeof(string) : member.PropertyType, isNullable, document);
        if (schema is OpenApiSchema own)
            own.Description = s_summaries.Of(property);
        return schema;
    }

    private static IOpenApiSchema Of(Type type, bool isNullable, OpenApiDocument document)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Candle) || type == typeof(PriceLevel))
        {
            var item = new OpenApiSchema
            {
                Type = type == typeof(Candle) ? JsonSchemaType.String | JsonSchemaType.Integer : JsonSchemaType.String,
            };
            return new OpenApiSchema { Type = JsonSchemaType.Array, Items = item };
        }

        if (ApiJson.Options.GetTypeInfo(type) is { Kind: not JsonTypeInfoKind.None } described)
        {
            if (described.ElementType is { } element)
                return new OpenApiSchema { Type = JsonSchemaType.Array, Items = Of(element, false, document) };

            var reference = Reference(type, document);
            return isNullable
                ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] }
                : reference;
        }

        var kind = type == typeof(bool) ? JsonSchemaType.Boolean
            : type == typeof(int) || type == typeof(long) ? JsonSchemaType.Integer
            : JsonSchemaType.String;
        return new OpenApiSchema { Type = isNullable ? kind | JsonSchemaType.Null : kind };
    }
}
