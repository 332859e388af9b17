using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Call for multileg orders.</summary>
internal sealed class StrategyCalls(LinkedOrders linkedOrders, Listings listings)
{
    /// <summary>POST /strategies: places a multi-leg order.</summary>
    /// <remarks>
    /// Needs a key or session with an account; 2 to 4 legs of one group trade together, or none does. <c>net</c> is
    /// decimal text in the quote asset: the most paid for one unit, or if negative the least received. Errors name the
    /// legs in <c>field</c>; expect <c>InvalidCombination</c> for legs of different groups, <c>NoReference</c>, and
    /// <c>InsufficientFunds</c>, because each leg holds its own funds.
    /// </remarks>
    public async Task<Result<Api.StrategyReport>> PlaceAsync(HttpContext context, Caller caller, StrategyText text)
    {
        var (refusal, legs) = await StrategyReading.ReadAsync(text, listings);
        if (refusal is null)
        {
            (refusal, var reports) = await linkedOrders.PlaceStrategyAsync(caller.Account, legs);
            if (refusal is null)
                return ReportOf(legs[0], reports, await listings.BySymbolAsync());
        }

        return refusal.Value;
    }

    private static Result<Api.StrategyReport> ReportOf(
        HoldRequest first, ImmutableArray<ExecutionReport> reports, FrozenDictionary<string, Instrument> listed) =>
        Result<Api.StrategyReport>.Members(to =>
        {
            var terms = first.Conditions.Decode()!.Strategy!;
            to.WriteString("kind"u8, WireNames.Of(OrderListKind.Strategy));
            to.WriteAmount("net"u8, terms.Net, listed[first.Symbol].Quote.Decimals);
            to.WriteNumber("units"u8, first.QuantityLots / terms.Legs[0].Lots);
            to.WriteOrders(reports, listed);
        });
}
