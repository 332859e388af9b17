using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Rules for messages between grains.</summary>
public class MessageTests
{
    private static readonly Assembly s_contracts = typeof(SubmitOrder).Assembly;

    private static readonly Type[] s_plain =
    [
        typeof(bool), typeof(byte), typeof(int), typeof(long), typeof(ulong), typeof(Int128), typeof(string),
        typeof(byte[]),
    ];

    private static readonly Type[] s_streamed = [typeof(BookBatch), typeof(StreamAdvanced)];

    private static readonly Type[] s_grains =
        [.. typeof(IAccountGrain).Assembly.GetExportedTypes().Where(type => type.IsInterface)];

    private static readonly Type[] s_messages = [.. Reached(Carrier)];

    public static TheoryData<Type> MessageTypes => [.. s_messages];

    /// <summary>Types of the messages in one process, where nothing is converted.</summary>
    public static TheoryData<Type> SharedTypes => [.. s_messages.Union(Reached(static type => type))];

    public static TheoryData<Type> GrainTypes => [.. s_grains];

    [Fact]
    public void The_walk_finds_the_messages_there_are()
    {
        Assert.Contains(typeof(SubmitOrder), s_messages);
        Assert.Contains(typeof(ReduceOpenOrder), s_messages);
        Assert.Contains(typeof(JournaledBatch), s_messages);
        Assert.Contains(typeof(JournaledDelivery), s_messages);
        Assert.Contains(typeof(TradeMade), Reached(static type => type));
        Assert.True(s_grains.Length >= 5);
    }

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void A_message_has_a_serializer_and_a_name_of_its_own(Type message)
    {
        Assert.True(Has(message, "GenerateSerializerAttribute"), "no serializer");
        Assert.True(Has(message, "ImmutableAttribute"), "not declared immutable");
        Assert.Single(Aliases(message));
    }

    [Theory]
    [MemberData(nameof(SharedTypes))]
    public void A_message_never_changes(Type message)
    {
        Assert.True(message.IsValueType || message.IsSealed || message.IsAbstract, "neither sealed nor abstract");
        Assert.All(Fields(message), field => Assert.True(field.IsInitOnly, $"{field.Name} can be written"));
        Assert.All(
            message.GetProperties().Where(property => property.SetMethod is not null),
            property => Assert.Contains(
                typeof(IsExternalInit), property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers()));
    }

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void A_message_is_made_of_what_every_runtime_can_carry(Type message) => Assert.All(
        Fields(message).SelectMany(field => Leaves(field.FieldType)),
        leaf => Assert.True(
            IsCarried(leaf), $"{message.Name} carries {leaf}"));

    [Theory]
    [MemberData(nameof(GrainTypes))]
    public void A_grains_methods_have_names_of_their_own(Type grain)
    {
        Assert.Single(Aliases(grain));
        Assert.All(grain.GetMethods(), method => Assert.Single(Aliases(method)));
        Assert.Distinct(grain.GetMethods().SelectMany(Aliases));
    }

    [Theory]
    [MemberData(nameof(GrainTypes))]
    public void A_grain_takes_and_gives_what_every_runtime_can_carry(Type grain) => Assert.All(
        grain.GetMethods().SelectMany(Carried).SelectMany(Leaves),
        leaf => Assert.True(
            IsCarried(leaf), $"{grain.Name} speaks of {leaf}"));

    [Fact]
    public void No_two_types_share_a_name() => Assert.Distinct(s_contracts.GetTypes().SelectMany(Aliases));

    [Fact]
    public void Nothing_is_marked_as_a_message_that_never_travels() => Findings.None(
        s_contracts.GetTypes()
            .Where(type => type.Namespace == "QuantumCore.Contracts")
            .Where(type => Has(type, "GenerateSerializerAttribute"))
            .Except(s_messages)
            .Select(type => type.Name));

    private static bool IsCarried(Type leaf) =>
        s_plain.Contains(leaf) || leaf.IsEnum || s_messages.Contains(Carrier(leaf));

    /// <summary>Returns the type as which values of a type travel between processes.</summary>
    private static Type Carrier(Type type) => s_contracts.GetTypes()
        .SelectMany(converter => converter.GetInterfaces())
        .Where(of => of.IsGenericType && of.GetGenericTypeDefinition() == typeof(IConverter<,>))
        .Where(of => of.GetGenericArguments()[0] == type)
        .Select(of => of.GetGenericArguments()[1])
        .SingleOrDefault(type);

    private static HashSet<Type> Reached(Func<Type, Type> carrier)
    {
        var found = new HashSet<Type>();
        var open =
            new Queue<Type>(s_grains.SelectMany(grain => grain.GetMethods()).SelectMany(Carried).Concat(s_streamed));
        while (open.TryDequeue(out var type))
        {
            foreach (var message in Leaves(type).Select(carrier)
                .Where(leaf => leaf.Assembly == s_contracts && !leaf.IsEnum && found.Add(leaf)))
            {
                foreach (var next in Fields(message).Select(field => field.FieldType)
                    .Concat(s_contracts.GetTypes().Where(kind => kind.BaseType == message)))
                {
                    open.Enqueue(next);
                }
            }
        }

        return found;
    }

    /// <summary>Returns the types of a method's parameters and result.</summary>
    private static IEnumerable<Type> Carried(MethodInfo method)
    {
        var answer = method.ReturnType;
        Assert.True(
            answer == typeof(Task) || answer == typeof(ValueTask)
            || answer.IsGenericType && answer.GetGenericTypeDefinition() is var task
            && (task == typeof(Task<>) || task == typeof(ValueTask<>)),
            $"{method.Name} does not give a task");
        return method.GetParameters().Select(parameter => parameter.ParameterType).Concat(answer.GetGenericArguments());
    }

    private static IEnumerable<Type> Leaves(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open
        && (open == typeof(ImmutableArray<>) || open == typeof(Nullable<>))
            ? type.GetGenericArguments().SelectMany(Leaves)
            : [type];

    private static FieldInfo[] Fields(Type message) => message.GetFields(
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    private static bool Has(MemberInfo member, string attribute) =>
        member.CustomAttributes.Any(found => found.AttributeType.Name == attribute);

    private static IEnumerable<string> Aliases(MemberInfo member) => member.CustomAttributes
        .Where(found => found.AttributeType.Name == "AliasAttribute")
        .Select(found => (string)found.ConstructorArguments[0].Value!);
}
