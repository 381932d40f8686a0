// The native library, out of the jar and into this machine.
package com.traffictacos.engine

import com.sun.jna.Platform
import com.traffictacos.engine.border.encoding
import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path

internal object NativeLibrary {
    /** Where uniffi looks for a library's path before it looks for its name. */
    private const val PATH_PROPERTY = "uniffi.component.tacos_engine.libraryOverride"

    /** Read it before the first call across the border. */
    val loaded: Unit by lazy {
        load()
        // A library of another build would take one field for another.
        val theirs = encoding()
        if (theirs != ENCODING) {
            throw UnsatisfiedLinkError("the native library is of another build than this jar: $theirs, not $ENCODING")
        }
    }

    private fun load() {
        val given = System.getProperty(PATH_PROPERTY)
        if (given != null) return System.load(File(given).absolutePath)
        val file = unpacked()
        try {
            System.load(file.toString())
            // The same file for JNA: one library with one memory, by whatever way it is called.
            System.setProperty(PATH_PROPERTY, file.toString())
            encoding()
        } finally {
            System.clearProperty(PATH_PROPERTY)
            discard(file)
        }
    }

    private fun unpacked(): Path {
        val name = System.mapLibraryName("tacos_engine_uniffi")
        val resource = "/${Platform.RESOURCE_PREFIX}/$name"
        val packed = NativeLibrary::class.java.getResourceAsStream(resource)
            ?: throw UnsatisfiedLinkError("this jar of the engine was not built for ${Platform.RESOURCE_PREFIX}: it has no $resource")
        val file = Files.createTempDirectory("tacos-engine").resolve(name)
        packed.use { Files.copy(it, file) }
        return file
    }

    /** What is loaded needs no file any more, except on systems that will not let go of it before the process ends. */
    private fun discard(file: Path) {
        for (path in listOf(file, file.parent)) {
            try {
                Files.deleteIfExists(path)
            } catch (_: IOException) {
                path.toFile().deleteOnExit()
            }
        }
    }
}
