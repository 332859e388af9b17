using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway;

/// <summary>Grains of one class that are awake in a silo.</summary>
/// <param name="Type">The class without its last word: <c>OrderBook</c>, <c>Account</c>.</param>
/// <param name="Count">How many, at least 1.</param>
public sealed record GrainCount(string Type, int Count)
{
    private const string Suffix = "Grain";

    /// <summary>The count of a class by its name, which may have its namespace and its assembly with it.</summary>
    public static GrainCount Of(string type, int count)
    {
        var name = type.Split(',')[0].Split('.')[^1];
        return new(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name, count);
    }
}

/// <summary>A process that holds grains.</summary>
/// <param name="Name">Its name among the others.</param>
/// <param name="Address">Where the others reach it; of one by itself, where its customers do.</param>
/// <param name="Role">all or matching.</param>
/// <param name="State">active, or what else its cluster says of it, in lower case.</param>
/// <param name="Since">When it started.</param>
/// <param name="IsThis">Whether it is the process that was asked.</param>
/// <param name="Grains">What is awake in it, by type; empty where it did not tell.</param>
public sealed record SiloView(
    string Name, string Address, string Role, string State, DateTimeOffset Since, bool IsThis, ImmutableArray<GrainCount> Grains);

/// <summary>Every silo of the exchange, as the grain runtime tells them. It answers within seconds, if need be without counts.</summary>
public delegate Task<ImmutableArray<SiloView>> ReadSilos(CancellationToken cancellationToken);

/// <summary>Where a pinned book is.</summary>
/// <param name="Silo">The name of the silo that holds it; empty while none does, or none told.</param>
/// <param name="IsMeant">Whether its pin means that silo.</param>
public readonly record struct BookPlace(string Silo, bool IsMeant);

/// <summary>Where pinned books are, one for each pin in their sequence. It answers within seconds, if need be with empty places.</summary>
public delegate Task<ImmutableArray<BookPlace>> ReadBookPlaces(ImmutableArray<BookPin> pins, CancellationToken cancellationToken);
