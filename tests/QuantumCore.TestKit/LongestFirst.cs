using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace QuantumCore.TestKit;

/// <summary>Approximate duration of a class or a collection, by which <see cref="LongestFirst"/> orders them.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TakesSecondsAttribute(int seconds) : Attribute
{
    /// <summary>Duration in a run of the gate, in seconds.</summary>
    public int Seconds => seconds;
}

/// <summary>
/// Starts the collections that take longest first. Started last, they would run alone while the machine is idle.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private const string Prefix = "Test collection for ";

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        var seconds = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var assembly in testCollections.OfType<IXunitTestCollection>().Select(
            collection => collection.TestAssembly.Assembly).Distinct())
        {
            foreach (var type in assembly.GetTypes())
            {
                if (type.GetCustomAttribute<TakesSecondsAttribute>() is { } taken)
                    seconds[type.FullName!] = taken.Seconds;
            }
        }

        return [.. testCollections.OrderByDescending(
            collection => seconds.GetValueOrDefault(ClassOf(collection.TestCollectionDisplayName)))];
    }

    /// <summary>Returns the class in "Test collection for CLASS (id: …)".</summary>
    private static string ClassOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..].Split(' ')[0] : name;
}
