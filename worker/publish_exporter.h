/*
 * publish_exporter.h
 *		The SQL exporter's configuration as a target of the publisher.
 */
#ifndef LAB_PUBLISH_EXPORTER_H
#define LAB_PUBLISH_EXPORTER_H

#include "worker/publisher.h"

extern const LabTarget lab_target_exporter;

#endif /* LAB_PUBLISH_EXPORTER_H */
