using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Cluster;

/// <summary>Number of active grains of one class in a silo.</summary>
/// <param name="Type">Class name without its suffix: <c>OrderBook</c>, <c>Account</c>.</param>
/// <param name="Count">Number of active grains, at least 1.</param>
public sealed record GrainCount(string Type, int Count)
{
    private const string Suffix = "Grain";

    /// <summary>Makes the count of a class from its name, with or without namespace and assembly.</summary>
    public static GrainCount Of(string type, int count)
    {
        var name = type.Split(',')[0].Split('.')[^1];
        return new(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name, count);
    }
}

/// <summary>A silo: a process that holds grains.</summary>
/// <param name="Name">Name in the cluster.</param>
/// <param name="Address">Address for the other silos; for a single silo, its address for customers.</param>
/// <param name="Role">all or matching.</param>
/// <param name="State">active, or another state from its cluster, in lower case.</param>
/// <param name="Since">Start time.</param>
/// <param name="IsThis">True for the process that was asked.</param>
/// <param name="Grains">Active grains by type; empty if it did not report.</param>
public sealed record SiloView(
    string Name, string Address, string Role, string State, DateTimeOffset Since, bool IsThis,
    ImmutableArray<GrainCount> Grains);

/// <summary>
/// Reads every silo of the exchange from the grain runtime. It answers within seconds, if need be without counts.
/// </summary>
public delegate Task<ImmutableArray<SiloView>> ReadSilos(CancellationToken cancellationToken);

/// <summary>Location of a pinned book.</summary>
/// <param name="Silo">Name of the silo that holds it; empty if none does, or none reported.</param>
/// <param name="IsMeant">True if its pin names that silo.</param>
public readonly record struct BookPlace(string Silo, bool IsMeant);

/// <summary>
/// Reads the locations of pinned books, one for each pin in their sequence. It answers within seconds, if need be with
/// empty places.
/// </summary>
public delegate Task<ImmutableArray<BookPlace>> ReadBookPlaces(
    ImmutableArray<BookPin> pins, CancellationToken cancellationToken);
