using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>What a risk limit limits. Numbers are journaled and never change.</summary>
public enum LimitKind : byte
{
    /// <summary>Quantity of one order, in lots.</summary>
    OrderQuantity = 1,

    /// <summary>Price times quantity of one order at the worst price it may trade at, in quote minor units.</summary>
    OrderValue = 2,

    /// <summary>Number of open orders in the symbol.</summary>
    OpenOrders = 3,

    /// <summary>What the account would have of the base asset if all its open buys were filled, in lots.</summary>
    Position = 4,
}

/// <summary>One risk limit of an account in a symbol.</summary>
/// <param name="Kind">What is limited.</param>
/// <param name="Most">The most that is allowed, in the kind's unit, from 0.</param>
[GenerateSerializer, Immutable, Alias("account-limit")]
public readonly record struct AccountLimit(LimitKind Kind, long Most);

/// <summary>The risk limits of an account in a symbol.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Limits">By kind; a kind that is not there has no limit.</param>
[GenerateSerializer, Immutable, Alias("symbol-limits")]
public sealed record SymbolLimits(string Symbol, ImmutableArray<AccountLimit> Limits);

/// <summary>An administrator's order to set all risk limits of an account in a symbol.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Limits">All of them, each kind once; empty for none.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("limits-request")]
public sealed record LimitsRequest(string Symbol, ImmutableArray<AccountLimit> Limits, string By, string Why);
