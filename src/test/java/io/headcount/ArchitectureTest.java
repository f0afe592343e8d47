package io.headcount;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import io.vertx.core.AsyncResult;

/** Imports run strictly downward; the parts meet over the bus and the ports. */
@AnalyzeClasses(packages = "io.headcount", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] RANK_3 = {
        "io.headcount.gateway..",
        "io.headcount.counter..",
        "io.headcount.persistence..",
        "io.headcount.reconciler..",
        "io.headcount.api..",
        "io.headcount.admin..",
        "io.headcount.load..",
        "io.headcount.doctor.."
    };
    private static final String[] RANK_2 = {
        "io.headcount.store.redis..",
        "io.headcount.store.mysql..",
        "io.headcount.cluster..",
        "io.headcount.auth..",
        "io.headcount.client.."
    };
    private static final String[] RANK_1 = {
        "io.headcount.bus..", "io.headcount.protocol..", "io.headcount.store", "io.headcount.forecast.."
    };
    private static final String[] RANK_0 = {"io.headcount.model..", "io.headcount.config.."};

    @ArchTest
    static final ArchRule importsRunDownward = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("root")
            .definedBy("io.headcount")
            .layer("verticles")
            .definedBy(RANK_3)
            .layer("implementations")
            .definedBy(RANK_2)
            .layer("contracts")
            .definedBy(RANK_1)
            .layer("values")
            .definedBy(RANK_0)
            .whereLayer("root")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("verticles")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("implementations")
            .mayOnlyBeAccessedByLayers("root", "verticles")
            .whereLayer("contracts")
            .mayOnlyBeAccessedByLayers("root", "verticles", "implementations");

    @ArchTest
    static final ArchRule verticlesKnowOnlyPortsAndTheClient = noClasses()
            .that()
            .resideInAnyPackage(RANK_3)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.headcount.store.redis..", "io.headcount.store.mysql..", "io.headcount.cluster..")
            .because("rank 3 reaches data through the ports in store");

    @ArchTest
    static final ArchRule verticlesNeverImportEachOther = slices().matching("io.headcount.(*)..")
            .namingSlices("$1")
            .as("packages of rank 3")
            .that(DescribedPredicate.describe(
                    "are of rank 3",
                    slice -> slice.stream()
                            .anyMatch(type -> JavaClass.Predicates.resideInAnyPackage(RANK_3)
                                    .test(type))))
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule noPackageCycle =
            slices().matching("io.headcount.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule valuesAreOfTheJdkOnly = classes()
            .that()
            .resideInAnyPackage(RANK_0)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "io.headcount.model..", "io.headcount.config..");

    @ArchTest
    static final ArchRule onlyTheRedisStoreUsesTheRedisClient = noClasses()
            .that()
            .resideOutsideOfPackage("io.headcount.store.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.redis..");

    @ArchTest
    static final ArchRule onlyTheMySqlStoreUsesTheSqlClient = noClasses()
            .that()
            .resideOutsideOfPackages("io.headcount.store.mysql..", "io.headcount.load..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.mysqlclient..", "org.flywaydb..", "java.sql..");

    @ArchTest
    static final ArchRule onlyTheClusterUsesHazelcast = noClasses()
            .that()
            .resideOutsideOfPackage("io.headcount.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster..");

    @ArchTest
    static final ArchRule onlyIdentityVerifiesSignatures = noClasses()
            .that()
            .resideOutsideOfPackage("io.headcount.auth..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.security\\.Signature|javax\\.crypto\\..*")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.ext.auth.jwt..");

    @ArchTest
    static final ArchRule theCoresThatDecideArePure = noClasses()
            .that()
            .haveSimpleName("StreamState")
            .or()
            .haveSimpleName("CountBoard")
            .or()
            .haveSimpleName("Reconciliation")
            .or()
            .haveSimpleName("Deaths")
            .or()
            .haveSimpleName("WriteBatch")
            .or()
            .haveSimpleName("SessionRegistry")
            .or()
            .haveSimpleName("Expiries")
            .or()
            .haveSimpleName("Claims")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.micrometer..");

    @ArchTest
    static final ArchRule whatTheSimulatorRunsKnowsFuturesOnly = noClasses()
            .that()
            .haveNameMatching("io\\.headcount\\.(counter\\.(Counting|Assertions|BeatWheel|SessionLogger|Verification)"
                    + "|reconciler\\.(Repairs|Reaper|Sweeper)|cluster\\.OwnLease)")
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.vertx..")
                    .and(DescribedPredicate.not(JavaClass.Predicates.assignableTo(AsyncResult.class))))
            .because("the simulator has no event loop, no bus and no timer");
}
